/// How far a standby is behind its primary.
public struct StandbyState: Sendable, Equatable {
    /// Whether the standby is connected to its primary and receives changes.
    public let isReceiving: Bool
    /// The age in seconds of the last change that the standby has applied, zero if it has applied all that it received;
    /// `nil` if it has not applied any since its start.
    public let lag: Double?
}

extension Connection {
    /// Returns the state of the standby that this connection leads to.
    ///
    /// A standby that has applied everything it received is not behind, however long ago the primary's last change was.
    ///
    /// - Returns: The state; `nil` if the server is a primary.
    /// - Throws: ``PostgresError``.
    public func standbyState() async throws -> StandbyState? {
        let (isStandby, isReceiving, isBehind, age) = try await query(
            """
            SELECT pg_is_in_recovery(),
                   EXISTS (SELECT FROM pg_stat_wal_receiver),
                   coalesce(pg_last_wal_replay_lsn() < pg_last_wal_receive_lsn(), true),
                   extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())::double precision
            """
        ).decode((Bool, Bool, Bool, Double?).self)[0]
        guard isStandby else { return nil }
        return StandbyState(isReceiving: isReceiving, lag: isReceiving && !isBehind ? 0 : age.map { max(0, $0) })
    }
}
