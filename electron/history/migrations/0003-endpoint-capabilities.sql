-- What is known of each model at an endpoint, and from where: one fact a row, told, learned and set by hand side by side.

CREATE TABLE capabilities (
  endpoint_id TEXT NOT NULL REFERENCES endpoints (id) ON DELETE CASCADE,
  model TEXT NOT NULL,
  name TEXT NOT NULL,
  source TEXT NOT NULL CHECK (source IN ('server', 'learned', 'user')),
  value TEXT NOT NULL CHECK (json_valid(value)),
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (endpoint_id, model, name, source)
) STRICT, WITHOUT ROWID;

-- A guess is no fact; it is made anew wherever nothing is known.
INSERT INTO capabilities (endpoint_id, model, name, source, value, updated_at)
SELECT endpoint_id, model, 'window', window_source, json(window_tokens), updated_at
FROM endpoint_models WHERE window_source <> 'assumed';

DROP TABLE endpoint_models;

ALTER TABLE endpoints ADD COLUMN streaming INTEGER NOT NULL DEFAULT 1 CHECK (streaming IN (0, 1));
ALTER TABLE endpoints ADD COLUMN waits TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(waits));
-- SHA-256 of the one certificate that is accepted without an authority, in hexadecimal.
ALTER TABLE endpoints ADD COLUMN certificate TEXT CHECK (length(certificate) = 64);

-- NULL: no model was asked for a title; empty: one was, and its answer was of no use.
ALTER TABLE conversations ADD COLUMN title_model TEXT;

-- A window can be learned from a server's answers, and a request has things to tell. A CHECK cannot be changed in place.
CREATE TABLE requests_with_notices (
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

INSERT INTO requests_with_notices (seq, message_seq, strategy, sent_messages, left_out_messages, estimated_tokens,
  window_tokens, window_source, continue_mode, created_at)
SELECT seq, message_seq, strategy, sent_messages, left_out_messages, estimated_tokens, window_tokens, window_source,
  continue_mode, created_at
FROM requests;

DROP TABLE requests;

ALTER TABLE requests_with_notices RENAME TO requests;

CREATE INDEX requests_by_message ON requests (message_seq);
