import Postgres

extension Privileges {
    /// The condition for functions of the schema, without those of extensions, such as btree_gist's.
    ///
    /// PostgreSQL makes its superuser the owner of a range type's constructors. They read no data, and an owner of the
    /// schema without superuser rights cannot revoke privileges on them.
    private static let isOwnFunction = """
        p.pronamespace = current_schema()::regnamespace
        AND NOT EXISTS (
            SELECT FROM pg_depend AS d
            WHERE d.classid = 'pg_proc'::regclass
              AND d.objid = p.oid
              AND (d.deptype = 'e'
                   OR d.deptype = 'i'
                      AND d.refclassid = 'pg_type'::regclass
                      AND NOT pg_has_role(current_user, p.proowner, 'USAGE')))
        """

    /// The functions of the schema whose privileges the login can change.
    static let ownFunctions: SQL = """
        SELECT DISTINCT p.proname::text FROM pg_proc AS p WHERE \(unsafeSQL: isOwnFunction)
        """

    /// Whether the current user owns the database, and may therefore revoke privileges on it.
    static let ownsDatabase: SQL = """
        SELECT pg_has_role(current_user, datdba, 'USAGE') FROM pg_database WHERE datname = current_database()
        """

    /// Creates both roles if the login may; otherwise an administrator has to create them.
    ///
    /// Roles belong to the whole cluster, so a `setup` of another database may create them at the same moment.
    static let roleCreation = """
        DO $$
        BEGIN
            PERFORM pg_advisory_xact_lock(hashtextextended('intro roles', 0));
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'intro_service') THEN
                CREATE ROLE intro_service NOLOGIN;
            END IF;
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'intro_reader') THEN
                CREATE ROLE intro_reader NOLOGIN;
            END IF;
        EXCEPTION
            WHEN insufficient_privilege OR duplicate_object OR unique_violation THEN NULL;
        END
        $$
        """

    /// Revokes all privileges from PUBLIC and from the two roles.
    ///
    /// CONNECT and TEMPORARY on the database are revoked as well if its owner runs it, because they are sufficient for
    /// advisory locks and temporary tables. For another login, PostgreSQL prints a warning and revokes nothing.
    static let revocationScript = """
        DO $$
        DECLARE
            v_schema   text := quote_ident(current_schema());
            v_role     text;
            v_function regprocedure;
        BEGIN
            FOREACH v_role IN ARRAY ARRAY['PUBLIC', 'intro_service', 'intro_reader'] LOOP
                CONTINUE WHEN v_role <> 'PUBLIC' AND NOT EXISTS (SELECT FROM pg_roles WHERE rolname = v_role);
                EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA %s FROM %s', v_schema, v_role);
                EXECUTE format('REVOKE ALL ON ALL SEQUENCES IN SCHEMA %s FROM %s', v_schema, v_role);
                FOR v_function IN
                    SELECT p.oid
                    FROM pg_proc AS p
                    WHERE p.proowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)
                      AND \(isOwnFunction)
                LOOP
                    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM %s', v_function, v_role);
                END LOOP;
                IF v_role <> 'PUBLIC' THEN
                    EXECUTE format('GRANT USAGE ON SCHEMA %s TO %s', v_schema, v_role);
                END IF;
                BEGIN
                    IF v_role = 'PUBLIC' THEN
                        EXECUTE format('REVOKE CREATE ON SCHEMA %s FROM PUBLIC', v_schema);
                        EXECUTE format('REVOKE CONNECT, TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
                    ELSE
                        EXECUTE format('GRANT CONNECT ON DATABASE %I TO %s', current_database(), v_role);
                    END IF;
                EXCEPTION
                    WHEN insufficient_privilege THEN NULL;
                END;
            END LOOP;
        END
        $$
        """

    /// Every privilege on the schema's tables, columns, sequences and functions that anyone but the owner has.
    static let inventory: SQL = """
        WITH object AS (
            SELECT CASE c.relkind WHEN 'S' THEN 'sequence' ELSE 'table' END AS kind, c.relname::text AS name,
                   c.relacl AS acl, c.relowner AS owner
            FROM pg_class AS c
            WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
            UNION ALL
            SELECT 'column', c.relname || '.' || a.attname, a.attacl, c.relowner
            FROM pg_class AS c
            JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
            UNION ALL
            SELECT 'function', p.proname::text, coalesce(p.proacl, acldefault('f', p.proowner)), p.proowner
            FROM pg_proc AS p
            WHERE \(unsafeSQL: isOwnFunction)
            UNION ALL
            SELECT 'schema', '', coalesce(nspacl, acldefault('n', nspowner)), nspowner
            FROM pg_namespace
            WHERE oid = current_schema()::regnamespace
            UNION ALL
            -- Only the owner of a database can revoke privileges on it.
            SELECT 'database', '', coalesce(datacl, acldefault('d', datdba)), datdba
            FROM pg_database
            WHERE datname = current_database() AND pg_has_role(current_user, datdba, 'USAGE')
        )
        SELECT DISTINCT concat_ws(
            ' ', CASE entry.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(entry.grantee)::text END,
            entry.privilege_type, object.kind, nullif(object.name, ''))
        FROM object
        CROSS JOIN LATERAL aclexplode(object.acl) AS entry
        WHERE entry.grantee <> object.owner
          -- USAGE on the schema shows the names of objects, but no rows.
          AND NOT (object.kind = 'schema' AND entry.grantee = 0 AND entry.privilege_type = 'USAGE')
        """
}
