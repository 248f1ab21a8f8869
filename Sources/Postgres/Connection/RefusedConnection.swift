import CLibpq

#if canImport(Glibc)
import Glibc
#endif

/// The reason why a server refuses connections.
enum RefusedConnection {
    /// Returns the SQLSTATE with which the server refuses a connection; `nil` where it sent none.
    ///
    /// libpq's messages are localized, and `PQconnectdbParams` returns no code; therefore a second attempt includes the
    /// code in the message.
    static func sqlState(_ configuration: Database.Configuration) -> String? {
        let connection = withLibpqSettings(configuration.connectionSettings) { PQconnectStartParams($0, $1, 1) }
        guard let connection else { return nil }
        defer { PQfinish(connection) }
        PQsetErrorVerbosity(connection, PQERRORS_VERBOSE)
        PQsetNoticeProcessor(connection, { _, _ in }, nil)
        let deadline = ContinuousClock.now + .seconds(2)
        var step = PGRES_POLLING_WRITING
        while step == PGRES_POLLING_WRITING || step == PGRES_POLLING_READING, .now < deadline,
            PQstatus(connection) != CONNECTION_BAD
        {
            let events = step == PGRES_POLLING_WRITING ? POLLOUT : POLLIN
            var descriptor = pollfd(fd: PQsocket(connection), events: Int16(events), revents: 0)
            if poll(&descriptor, 1, 100) > 0 { step = PQconnectPoll(connection) }
        }
        return code(in: String(cString: PQerrorMessage(connection)))
    }

    /// Returns the last SQLSTATE in a verbose message such as `FATAL:  57P03: the database system is starting up`.
    static func code(in message: String) -> String? {
        for line in message.split(separator: "\n").reversed() {
            for part in line.split(separator: ":").dropFirst() {
                let code = part.drop { $0 == " " }
                if isCode(code) { return String(code) }
            }
        }
        return nil
    }

    private static func isCode(_ part: Substring) -> Bool {
        let (digits, capitals) = (UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"))
        return part.utf8.count == 5
            && part.utf8.allSatisfy { digits.contains($0) || capitals.contains($0) }
            && part.utf8.contains { digits.contains($0) }
    }
}
