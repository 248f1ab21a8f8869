import CLibpq

#if canImport(Glibc)
import Glibc
#endif

/// Why a server refuses connections.
enum RefusedConnection {
    /// The SQLSTATE with which the server refuses a connection; `nil` where none was given.
    ///
    /// libpq's messages are in the server's language, and `PQconnectdbParams` reports no code: connect again, with the code
    /// in the message.
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

    /// The last SQLSTATE in a verbose message, which reads `FATAL:  57P03: the database system is starting up`.
    static func code(in message: String) -> String? {
        for line in message.split(separator: "\n").reversed() {
            for part in line.split(separator: ":").dropFirst() {
                let word = part.drop { $0 == " " }
                if isCode(word) { return String(word) }
            }
        }
        return nil
    }

    private static func isCode(_ word: Substring) -> Bool {
        let (digits, capitals) = (UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"))
        return word.utf8.count == 5
            && word.utf8.allSatisfy { digits.contains($0) || capitals.contains($0) }
            && word.utf8.contains { digits.contains($0) }
    }
}
