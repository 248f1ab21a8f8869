public import Postgres

/// Where a job stands.
public enum JobState: String, Sendable, CaseIterable {
    /// It is due, and nobody has it in hand.
    case waiting
    /// Its time has not come, at first or after a failure.
    case scheduled
    /// A runner has it in hand.
    case running
    /// Nobody will run it unless somebody retries it.
    case dead
}

/// Why a job is dead.
public enum JobDeath: String, Sendable, CaseIterable {
    /// It failed too often.
    case failed
    /// Its handler gave it up.
    case gaveUp = "gave_up"
    /// Its runners died with it in hand, too often.
    case crashed
    /// Its payload is not what its handler reads.
    case undecodable
    /// Somebody called it off.
    case cancelled
}

extension JobState: PostgresDecodable {
    /// Reads the word.
    public static func decode(_ cell: Cell) throws(DecodingFailure) -> JobState { try word(cell) }
}

extension JobDeath: PostgresDecodable {
    /// Reads the word.
    public static func decode(_ cell: Cell) throws(DecodingFailure) -> JobDeath { try word(cell) }
}

extension HeldSnapshot.Holder: PostgresDecodable {
    /// Reads the word.
    public static func decode(_ cell: Cell) throws(DecodingFailure) -> HeldSnapshot.Holder { try word(cell) }
}

/// One of the words that a column may hold.
private func word<Word: RawRepresentable<String>>(_ cell: Cell) throws(DecodingFailure) -> Word {
    let text = try String.decode(cell)
    guard let word = Word(rawValue: text) else { throw DecodingFailure("is none of the words that are known") }
    return word
}
