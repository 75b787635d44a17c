BEGIN TRANSACTION;
CREATE TABLE approvals (
	number INTEGER NOT NULL, 
	campaign VARCHAR(64) NOT NULL, 
	round INTEGER NOT NULL, 
	"by" TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	PRIMARY KEY (number)
);
CREATE TABLE approved (
	number INTEGER NOT NULL, 
	letter VARCHAR(32) NOT NULL, 
	seal VARCHAR(64) NOT NULL, 
	PRIMARY KEY (number, letter)
);
CREATE TABLE attempts (
	number INTEGER NOT NULL, 
	campaign VARCHAR(64) NOT NULL, 
	letter VARCHAR(32) NOT NULL, 
	attempt INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	host VARCHAR(255) NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	code INTEGER, 
	enhanced VARCHAR(16) NOT NULL, 
	answer TEXT NOT NULL, 
	sha256 VARCHAR(64) DEFAULT '' NOT NULL, 
	PRIMARY KEY (number)
);
INSERT INTO "attempts" VALUES(1,'c','l',1,'2013-11-12 09:00:00.000000','h','sent',NULL,'','250 ok','');
CREATE TABLE corrections (
	number INTEGER NOT NULL, 
	campaign VARCHAR(64) NOT NULL, 
	reply VARCHAR(64) NOT NULL, 
	field VARCHAR(32) NOT NULL, 
	"before" TEXT NOT NULL, 
	"after" TEXT NOT NULL, 
	"by" TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (number)
);
CREATE TABLE ledger (
	version INTEGER NOT NULL, 
	made_at DATETIME NOT NULL, 
	identity VARCHAR(32) DEFAULT '' NOT NULL, 
	claims INTEGER DEFAULT '0' NOT NULL
);
INSERT INTO "ledger" VALUES(5,'2013-11-12 09:00:00.000000','',0);
CREATE TABLE letters (
	campaign VARCHAR(64) NOT NULL, 
	letter VARCHAR(32) NOT NULL, 
	contact VARCHAR(80) NOT NULL, 
	round INTEGER NOT NULL, 
	country VARCHAR(2) NOT NULL, 
	audience VARCHAR(16) NOT NULL, 
	language VARCHAR(16) NOT NULL, 
	address_digest VARCHAR(64) NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	message_id VARCHAR(255) NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	attempts INTEGER NOT NULL, 
	due_at DATETIME, 
	tried_since DATETIME, 
	holder VARCHAR(64), 
	handed_over BOOLEAN NOT NULL, 
	queued_at DATETIME NOT NULL, 
	changed_at DATETIME NOT NULL, 
	reason TEXT NOT NULL, 
	PRIMARY KEY (campaign, letter), 
	UNIQUE (campaign, contact, round), 
	UNIQUE (campaign, round, address_digest)
);
INSERT INTO "letters" VALUES('c','l','ke-ngo-1',1,'KE','ngo','en','a','d','<m@x>','sent',1,NULL,NULL,NULL,1,'2013-11-12 09:00:00.000000','2013-11-12 09:00:00.000000','');
CREATE TABLE mailboxes (
	campaign VARCHAR(64) NOT NULL, 
	account VARCHAR(64) NOT NULL, 
	folder VARCHAR(255) NOT NULL, 
	uidvalidity BIGINT NOT NULL, 
	uid BIGINT NOT NULL, 
	PRIMARY KEY (campaign, account, folder)
);
CREATE TABLE pace (
	"key" VARCHAR(255) NOT NULL, 
	next_at FLOAT NOT NULL, 
	PRIMARY KEY ("key")
);
CREATE TABLE plans (
	number INTEGER NOT NULL, 
	campaign VARCHAR(64) NOT NULL, 
	reply VARCHAR(64) NOT NULL, 
	country VARCHAR(2) NOT NULL, 
	partner_digest VARCHAR(64) NOT NULL, 
	planned_on DATE, 
	"by" TEXT NOT NULL, 
	PRIMARY KEY (number)
);
CREATE TABLE raw_mail (
	id VARCHAR(64) NOT NULL, 
	data BLOB NOT NULL, 
	sealed BOOLEAN NOT NULL, 
	origin TEXT NOT NULL, 
	received_at DATETIME NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE refusals (
	number INTEGER NOT NULL, 
	campaign VARCHAR(64) NOT NULL, 
	letter VARCHAR(32) NOT NULL, 
	attempt INTEGER NOT NULL, 
	place INTEGER NOT NULL, 
	code INTEGER, 
	enhanced VARCHAR(16) NOT NULL, 
	answer TEXT NOT NULL, 
	PRIMARY KEY (number)
);
CREATE TABLE replies (
	campaign VARCHAR(64) NOT NULL, 
	reply VARCHAR(64) NOT NULL, 
	read_at DATETIME NOT NULL, 
	said_on DATE, 
	kind VARCHAR(16) NOT NULL, 
	via VARCHAR(16), 
	country VARCHAR(2), 
	stance VARCHAR(16), 
	language VARCHAR(16), 
	letter VARCHAR(32), 
	attention TEXT NOT NULL, 
	reviewed_by TEXT NOT NULL, 
	parsed BLOB NOT NULL, 
	sealed BOOLEAN NOT NULL, 
	PRIMARY KEY (campaign, reply)
);
CREATE TABLE stances (
	number INTEGER NOT NULL, 
	campaign VARCHAR(64) NOT NULL, 
	reply VARCHAR(64) NOT NULL, 
	country VARCHAR(2) NOT NULL, 
	stance VARCHAR(16) NOT NULL, 
	concerns TEXT NOT NULL, 
	quote TEXT NOT NULL, 
	rule TEXT NOT NULL, 
	said_on DATE, 
	direct BOOLEAN NOT NULL, 
	"by" TEXT NOT NULL, 
	recorded_at DATETIME NOT NULL, 
	PRIMARY KEY (number)
);
CREATE TABLE suppression (
	address_digest VARCHAR(64) NOT NULL, 
	reason VARCHAR(16) NOT NULL, 
	at DATETIME NOT NULL, 
	source VARCHAR(80) NOT NULL, 
	PRIMARY KEY (address_digest)
);
CREATE TABLE switches (
	campaign VARCHAR(64) NOT NULL, 
	name VARCHAR(32) NOT NULL, 
	"by" TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (campaign, name)
);
CREATE INDEX letters_by_state ON letters (campaign, state, due_at);
CREATE INDEX letters_by_message_id ON letters (message_id);
CREATE INDEX attempts_by_time ON attempts (at);
CREATE INDEX attempts_by_letter ON attempts (campaign, letter);
CREATE INDEX refusals_by_letter ON refusals (campaign, letter);
CREATE INDEX approvals_by_round ON approvals (campaign, round);
CREATE INDEX raw_mail_by_time ON raw_mail (received_at);
CREATE INDEX replies_by_country ON replies (campaign, country);
CREATE INDEX stances_by_country ON stances (campaign, country);
CREATE INDEX plans_by_country ON plans (campaign, country);
CREATE INDEX corrections_by_reply ON corrections (campaign, reply);
COMMIT;
