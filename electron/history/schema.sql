-- Generated from migrations/. Update with: vitest run electron/history/migrate.test.ts -u

CREATE TABLE folders (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  parent_id TEXT REFERENCES folders (id) ON DELETE SET NULL,
  name TEXT NOT NULL,
  position INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  CHECK (parent_id IS NOT id)
) STRICT;

CREATE INDEX folders_by_parent ON folders (parent_id);

CREATE TABLE endpoints (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('http', 'demo')),
  base_url TEXT NOT NULL,
  default_model TEXT,
  window_tokens INTEGER CHECK (window_tokens > 0),
  created_at INTEGER NOT NULL
, streaming INTEGER NOT NULL DEFAULT 1 CHECK (streaming IN (0, 1)), waits TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(waits)), certificate TEXT CHECK (length(certificate) = 64)) STRICT;

CREATE TABLE list_totals (
  view TEXT NOT NULL PRIMARY KEY CHECK (view IN ('active', 'trash')),
  total INTEGER NOT NULL CHECK (total >= 0)
) STRICT, WITHOUT ROWID;

CREATE TABLE messages (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  conversation_seq INTEGER NOT NULL REFERENCES conversations (seq) ON DELETE CASCADE,
  -- Below its own seq, so that the tree can hold no circle and the newest message of a subtree is a leaf.
  parent_seq INTEGER CHECK (parent_seq < seq),
  depth INTEGER NOT NULL CHECK (depth >= 0),
  role TEXT NOT NULL CHECK (role IN ('system', 'user', 'assistant', 'tool')),
  status TEXT NOT NULL CHECK (status IN ('streaming', 'complete', 'stopped', 'interrupted', 'failed')),
  -- SHA-256 of the parent's chain hash (nothing for a first message), the role, a zero byte and the text as UTF-8.
  -- NULL while streaming. Equal hashes mean an equal conversation from its first message to this one.
  chain_hash BLOB CHECK (length(chain_hash) = 32),
  created_at INTEGER NOT NULL,
  completed_at INTEGER,
  finish_reason TEXT,
  -- What the endpoint was when the reply was made; it may be gone or renamed since.
  endpoint_id TEXT,
  endpoint_name TEXT,
  model TEXT,
  prompt_tokens INTEGER,
  completion_tokens INTEGER,
  cached_tokens INTEGER,
  first_token_ms INTEGER,
  total_ms INTEGER,
  reasoning_ms INTEGER,
  pinned INTEGER NOT NULL DEFAULT 0 CHECK (pinned IN (0, 1)),
  excluded INTEGER NOT NULL DEFAULT 0 CHECK (excluded IN (0, 1)),
  edited_from_id TEXT,
  sampling TEXT CHECK (json_valid(sampling)),
  error TEXT CHECK (json_valid(error)),
  text TEXT NOT NULL DEFAULT '',
  reasoning TEXT NOT NULL DEFAULT '',
  parts TEXT CHECK (json_valid(parts)),
  -- Only where the model was sent another text than the person sees.
  sent_text TEXT,
  UNIQUE (conversation_seq, seq),
  -- Not CASCADE: SQLite follows at most 1,000 levels of it, and a conversation may be deeper.
  FOREIGN KEY (conversation_seq, parent_seq) REFERENCES messages (conversation_seq, seq)
) STRICT;

CREATE INDEX messages_by_parent ON messages (conversation_seq, parent_seq);

CREATE INDEX messages_streaming ON messages (conversation_seq) WHERE status = 'streaming';

CREATE TABLE reply_chunks (
  message_seq INTEGER NOT NULL REFERENCES messages (seq) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('text', 'reasoning')),
  text TEXT NOT NULL,
  PRIMARY KEY (message_seq, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE attachments (
  seq INTEGER PRIMARY KEY,
  sha256 TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64),
  media_type TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  CHECK (size_bytes = length(bytes))
) STRICT;

CREATE TABLE message_attachments (
  message_seq INTEGER NOT NULL REFERENCES messages (seq) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  sha256 TEXT NOT NULL REFERENCES attachments (sha256),
  name TEXT NOT NULL,
  PRIMARY KEY (message_seq, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX message_attachments_by_sha256 ON message_attachments (sha256);

CREATE TABLE drafts (
  conversation_seq INTEGER PRIMARY KEY REFERENCES conversations (seq) ON DELETE CASCADE,
  updated_at INTEGER NOT NULL,
  text TEXT NOT NULL
) STRICT;

CREATE TABLE tags (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE conversation_tags (
  conversation_seq INTEGER NOT NULL REFERENCES conversations (seq) ON DELETE CASCADE,
  tag_seq INTEGER NOT NULL REFERENCES tags (seq) ON DELETE CASCADE,
  PRIMARY KEY (conversation_seq, tag_seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX conversation_tags_by_tag ON conversation_tags (tag_seq);

CREATE TABLE settings (
  key TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL CHECK (json_valid(value))
) STRICT, WITHOUT ROWID;

CREATE TABLE imports (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  source_app TEXT NOT NULL,
  file_name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  report TEXT NOT NULL CHECK (json_valid(report))
) STRICT;

CREATE TABLE journal (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  verb TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  undone_at INTEGER,
  before TEXT NOT NULL CHECK (json_valid(before)),
  after TEXT NOT NULL CHECK (json_valid(after))
) STRICT;

CREATE TABLE "conversations" (
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
  raw_import TEXT, title_model TEXT,
  CHECK ((trashed_at IS NULL) = (trashed_seq IS NULL))
) STRICT;

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

CREATE TABLE erasures (
  seq INTEGER PRIMARY KEY,
  conversation_seq INTEGER,
  message_seq INTEGER,
  CHECK (message_seq IS NULL OR conversation_seq IS NOT NULL)
) STRICT;

CREATE VIEW message_search (seq, text, stems) AS SELECT seq, text, '' FROM messages;

CREATE VIRTUAL TABLE message_index USING fts5 (
  text,
  content = 'message_search',
  content_rowid = 'seq',
  tokenize = 'unicode61 remove_diacritics 2',
  prefix = '2 3'
);

CREATE TABLE 'message_index_data'(id INTEGER PRIMARY KEY, block BLOB);

CREATE TABLE 'message_index_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;

CREATE TABLE 'message_index_docsize'(id INTEGER PRIMARY KEY, sz BLOB);

CREATE TABLE 'message_index_config'(k PRIMARY KEY, v) WITHOUT ROWID;

CREATE VIRTUAL TABLE message_stems USING fts5 (
  stems,
  content = 'message_search',
  content_rowid = 'seq',
  tokenize = 'unicode61 remove_diacritics 2',
  detail = 'none',
  columnsize = 0
);

CREATE TABLE 'message_stems_data'(id INTEGER PRIMARY KEY, block BLOB);

CREATE TABLE 'message_stems_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;

CREATE TABLE 'message_stems_config'(k PRIMARY KEY, v) WITHOUT ROWID;

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

CREATE TABLE capabilities (
  endpoint_id TEXT NOT NULL REFERENCES endpoints (id) ON DELETE CASCADE,
  model TEXT NOT NULL,
  name TEXT NOT NULL,
  source TEXT NOT NULL CHECK (source IN ('server', 'learned', 'user')),
  value TEXT NOT NULL CHECK (json_valid(value)),
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (endpoint_id, model, name, source)
) STRICT, WITHOUT ROWID;

CREATE TABLE "requests" (
  seq INTEGER PRIMARY KEY,
  message_seq INTEGER NOT NULL REFERENCES messages (seq) ON DELETE CASCADE,
  strategy TEXT NOT NULL,
  sent_messages INTEGER NOT NULL,
  left_out_messages INTEGER NOT NULL,
  estimated_tokens INTEGER NOT NULL,
  window_tokens INTEGER NOT NULL,
  window_source TEXT NOT NULL CHECK (window_source IN ('server', 'learned', 'user', 'assumed')),
  continue_mode TEXT CHECK (continue_mode IN ('prefill', 'user-turn')),
  created_at INTEGER NOT NULL,
  notices TEXT CHECK (json_valid(notices))
) STRICT;

CREATE INDEX requests_by_message ON requests (message_seq);

PRAGMA user_version = 3;
