-- A conversation can be hidden while it comes in or goes in several transactions. The table is made anew, because the
-- column must stand before what may be large.

CREATE TABLE conversations_with_hidden (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  -- Rises with each message of any conversation; the list is ordered by it, so no clock can reorder the list.
  activity_seq INTEGER NOT NULL UNIQUE,
  -- Rises with each conversation put into the trash; NULL outside it.
  trashed_seq INTEGER,
  -- On its way in or out: in no list, search, export or count, whatever else its row says; NULL for all others. What a
  -- crash left behind is finished or removed after the next opening.
  hidden TEXT CHECK (hidden IN ('importing', 'erasing')),
  -- A message of this conversation. No foreign key: one would cost an index on every delete, and readers
  -- fall back to the newest message when it names none.
  active_leaf_seq INTEGER,
  title_source TEXT NOT NULL DEFAULT 'auto' CHECK (title_source IN ('auto', 'user', 'import')),
  endpoint_id TEXT REFERENCES endpoints (id) ON DELETE SET NULL,
  model TEXT,
  folder_id TEXT REFERENCES folders (id) ON DELETE SET NULL,
  created_at INTEGER NOT NULL,
  -- When its newest message came or ended, so that groups by day agree with the order of the list.
  updated_at INTEGER NOT NULL,
  -- When the person last changed its prompt, model, pin or settings; NULL: never.
  changed_at INTEGER,
  pinned_at INTEGER,
  archived_at INTEGER,
  trashed_at INTEGER,
  pinned INTEGER NOT NULL GENERATED ALWAYS AS (pinned_at IS NOT NULL) VIRTUAL,
  unread INTEGER NOT NULL DEFAULT 0 CHECK (unread IN (0, 1)),
  -- NULL follows the settings.
  retention_days INTEGER CHECK (retention_days > 0),
  source_app TEXT,
  source_id TEXT,
  content_hash TEXT,
  title TEXT NOT NULL DEFAULT '',
  settings TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(settings)),
  system_prompt TEXT NOT NULL DEFAULT '',
  raw_import TEXT,
  CHECK ((trashed_at IS NULL) = (trashed_seq IS NULL))
) STRICT;

INSERT INTO conversations_with_hidden (seq, id, activity_seq, trashed_seq, active_leaf_seq, title_source, endpoint_id,
  model, folder_id, created_at, updated_at, changed_at, pinned_at, archived_at, trashed_at, unread, retention_days,
  source_app, source_id, content_hash, title, settings, system_prompt, raw_import)
SELECT seq, id, activity_seq, trashed_seq, active_leaf_seq, title_source, endpoint_id, model, folder_id, created_at,
  updated_at, changed_at, pinned_at, archived_at, trashed_at, unread, retention_days, source_app, source_id, content_hash,
  title, settings, system_prompt, raw_import
FROM conversations;

DROP TABLE conversations;

ALTER TABLE conversations_with_hidden RENAME TO conversations;

CREATE INDEX conversations_active ON conversations (pinned, activity_seq) WHERE trashed_seq IS NULL;
CREATE INDEX conversations_trash ON conversations (trashed_seq) WHERE trashed_seq IS NOT NULL;
CREATE INDEX conversations_without_messages ON conversations (activity_seq) WHERE active_leaf_seq IS NULL;
CREATE INDEX conversations_by_endpoint ON conversations (endpoint_id) WHERE endpoint_id IS NOT NULL;
CREATE INDEX conversations_by_folder ON conversations (folder_id) WHERE folder_id IS NOT NULL;
CREATE INDEX conversations_by_source ON conversations (source_app, source_id) WHERE source_id IS NOT NULL;
CREATE INDEX conversations_hidden ON conversations (hidden) WHERE hidden IS NOT NULL;

CREATE TRIGGER conversations_count_insert AFTER INSERT ON conversations WHEN new.hidden IS NULL BEGIN
  UPDATE list_totals SET total = total + 1 WHERE view = iif(new.trashed_seq IS NULL, 'active', 'trash');
END;

CREATE TRIGGER conversations_count_delete AFTER DELETE ON conversations WHEN old.hidden IS NULL BEGIN
  UPDATE list_totals SET total = total - 1 WHERE view = iif(old.trashed_seq IS NULL, 'active', 'trash');
END;

CREATE TRIGGER conversations_count_move AFTER UPDATE OF trashed_seq, hidden ON conversations BEGIN
  UPDATE list_totals SET total = total - 1
  WHERE old.hidden IS NULL AND view = iif(old.trashed_seq IS NULL, 'active', 'trash');
  UPDATE list_totals SET total = total + 1
  WHERE new.hidden IS NULL AND view = iif(new.trashed_seq IS NULL, 'active', 'trash');
END;

-- What is being erased in small steps: a hidden conversation, or a message with everything below it. Both NULL: the rows
-- are gone, and the free pages and the write-ahead log still have to be emptied of them.
CREATE TABLE erasures (
  seq INTEGER PRIMARY KEY,
  conversation_seq INTEGER,
  message_seq INTEGER,
  CHECK (message_seq IS NULL OR conversation_seq IS NOT NULL)
) STRICT;

-- The words of all messages. The index keeps no text: it is given the words by the program, prepared as
-- electron/history/index/index-text.ts says, and told the same ones again before a text changes or goes.
-- Never use the 'rebuild' command or 'integrity-check' with rank 1: they would take the bare text instead. (A view that
-- called the program's function for the words is refused: trusted_schema is off.)
CREATE VIEW message_search (seq, text, stems) AS SELECT seq, text, '' FROM messages;

CREATE VIRTUAL TABLE message_index USING fts5 (
  text,
  content = 'message_search',
  content_rowid = 'seq',
  tokenize = 'unicode61 remove_diacritics 2',
  prefix = '2 3'
);

-- Stems of words that are not their own stem. Nobody looks for a phrase or a prefix of stems: as a second column of the
-- index they would take five times the space.
CREATE VIRTUAL TABLE message_stems USING fts5 (
  stems,
  content = 'message_search',
  content_rowid = 'seq',
  tokenize = 'unicode61 remove_diacritics 2',
  detail = 'none',
  columnsize = 0
);

-- Deleted words leave the pages of the index too.
INSERT INTO message_index (message_index, rank) VALUES ('secure-delete', 1);
INSERT INTO message_stems (message_stems, rank) VALUES ('secure-delete', 1);

-- Messages whose words are not in the index yet, beside those above `indexed_through`. Ranges do not overlap and end at
-- or below it.
CREATE TABLE message_index_backlog (
  first_seq INTEGER PRIMARY KEY,
  last_seq INTEGER NOT NULL,
  -- The version of the words that the index still holds of them; NULL where it holds none.
  text_version INTEGER,
  CHECK (first_seq <= last_seq)
) STRICT;

CREATE TABLE message_index_state (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  -- Of the words in the index, except where the backlog says otherwise.
  text_version INTEGER NOT NULL,
  -- A new message is above it, so that nothing has to be written to know that it is not indexed. Never above the newest
  -- message; far below all of them while there is none.
  indexed_through INTEGER NOT NULL
) STRICT;

INSERT INTO message_index_state (one, text_version, indexed_through)
VALUES (1, 1, -9007199254740991);

INSERT INTO message_index_backlog (first_seq, last_seq)
SELECT min(seq), max(seq) FROM messages HAVING count(*) > 0;

UPDATE message_index_state SET indexed_through = (SELECT max(seq) FROM messages)
WHERE EXISTS (SELECT 1 FROM messages);
