-- Indexes for years of clients and messages, built while desks work.

-- Parts of names, addresses and numbers, in any order.
CREATE INDEX CONCURRENTLY client_search ON client USING gin (search_key gin_trgm_ops, phone gin_trgm_ops);
