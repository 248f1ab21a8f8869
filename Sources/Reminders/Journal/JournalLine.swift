public import Booking
public import FoundationEssentials

/// A line of a journal: fields separated by spaces, of which the last is a checksum of the others.
///
/// Times are microseconds since 1970. A line contains the IDs of sessions, rules and trainers, and no personal data.
enum JournalLine: Equatable {
    /// The journal was compared with the database in an epoch; includes the identity of the cluster.
    case epoch(UUID, noticedAt: Int64, systemIdentifier: Int64?, timeline: Int32?)
    /// A run started, which sends messages due by a time.
    case start(RecordedRun, until: Int64)
    /// The end of a run is recorded in the database.
    case end(run: Int32)
    /// A message is about to be passed to a transport.
    case attempt(JournaledAttempt)
    /// No transport accepted a message: it was refused, or not passed to a server.
    case notSent(run: Int32, message: Int64)
}

/// An attempt with the facts that a journal keeps about it.
struct JournaledAttempt: Equatable {
    /// The run.
    let run: Int32
    /// The number of the message in the database, which is valid until a restore.
    let row: Int64
    /// The attempt.
    let attempt: DeliveryAttempt
    /// The time from which the message is never sent.
    let deadline: Date?

    /// The time that an attempt is kept after its deadline.
    private static let margin: TimeInterval = 86_400
    /// The time that an attempt without a deadline is kept.
    private static let usual: TimeInterval = 8 * 86_400

    /// Returns whether a restored database would no longer send the message.
    func isObsolete(at now: Date) -> Bool {
        now >= deadline.map { $0 + Self.margin } ?? attempt.at + Self.usual
    }
}

extension JournalLine {
    /// The line without its terminator.
    var text: String {
        let words = words.joined(separator: " ")
        return "\(words) \(Self.checksum(words))"
    }

    private var words: [String] {
        switch self {
        case .epoch(let token, let noticedAt, let system, let timeline):
            [
                "epoch", token.uuidString, "\(noticedAt)", system.map { "\($0)" } ?? "-",
                timeline.map { "\($0)" } ?? "-",
            ]
        case .start(let run, let until):
            ["start", "\(run.id)", "\(run.startedAt)", "\(until)", run.epoch.uuidString]
        case .end(let run):
            ["end", "\(run)"]
        case .attempt(let entry):
            [
                "attempt", "\(entry.run)", "\(entry.row)", "\(entry.attempt.number)",
                "\(entry.attempt.at.microseconds)", entry.deadline.map { "\($0.microseconds)" } ?? "-",
            ] + entry.attempt.message.words
        case .notSent(let run, let message):
            ["not-sent", "\(run)", "\(message)"]
        }
    }

    /// Parses a line; returns `nil` for an incomplete line, or one of a newer version.
    init?(_ text: Substring) {
        guard let space = text.lastIndex(of: " "),
            Self.checksum(text[..<space]) == text[text.index(after: space)...]
        else { return nil }
        let words = text[..<space].split(separator: " ", omittingEmptySubsequences: false)
        switch (words.first, words.count) {
        case ("epoch", 5):
            guard let token = UUID(uuidString: String(words[1])), let noticedAt = Int64(words[2]) else { return nil }
            self = .epoch(
                token, noticedAt: noticedAt, systemIdentifier: Int64(words[3]), timeline: Int32(words[4]))
        case ("start", 5):
            guard let id = Int32(words[1]), let startedAt = Int64(words[2]), let until = Int64(words[3]),
                let token = UUID(uuidString: String(words[4]))
            else { return nil }
            self = .start(RecordedRun(id: id, startedAt: startedAt, epoch: token), until: until)
        case ("end", 2):
            guard let run = Int32(words[1]) else { return nil }
            self = .end(run: run)
        case ("attempt", 11):
            guard let entry = JournaledAttempt(words) else { return nil }
            self = .attempt(entry)
        case ("not-sent", 3):
            guard let run = Int32(words[1]), let message = Int64(words[2]) else { return nil }
            self = .notSent(run: run, message: message)
        default:
            return nil
        }
    }

    /// Returns the FNV-1a checksum of 32 bits, which detects incomplete and joined lines.
    private static func checksum(_ text: some StringProtocol) -> String {
        String(text.utf8.reduce(0x811C_9DC5 as UInt32) { ($0 ^ UInt32($1)) &* 0x0100_0193 }, radix: 16)
    }
}

extension JournaledAttempt {
    fileprivate init?(_ words: [Substring]) {
        guard let run = Int32(words[1]), let row = Int64(words[2]), let number = Int32(words[3]),
            let at = Int64(words[4]), let message = MessageIdentity(words[6...])
        else { return nil }
        self.run = run
        self.row = row
        attempt = DeliveryAttempt(message: message, number: number, at: Date(microseconds: at))
        deadline = Int64(words[5]).map { Date(microseconds: $0) }
    }
}

extension MessageIdentity {
    /// The five fields: the kind of its subject, two fields of the subject, the rule and the channel.
    ///
    /// The number of a copy follows the second field of the subject, after a point.
    fileprivate var words: [String] {
        let suffix = copy > 0 ? ".\(copy)" : ""
        return switch subject {
        case .session(let reference, let revision):
            ["session", reference.code, "\(revision)\(suffix)", rule, channel.rawValue]
        case .day(let trainer, let date):
            ["day", "\(trainer.value)", "\(date)\(suffix)", rule, channel.rawValue]
        }
    }

    fileprivate init?(_ words: ArraySlice<Substring>) {
        let words = Array(words)
        guard words.count == 5, let channel = Channel(rawValue: String(words[4])) else { return nil }
        let parts = words[2].split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, let copy = parts.count == 2 ? Int32(parts[1]) : 0 else { return nil }
        let subject: Subject
        switch words[0] {
        case "session":
            guard let reference = try? Reference(String(words[1])), let revision = Int32(parts[0]) else { return nil }
            subject = .session(reference, revision: revision)
        case "day":
            guard let trainer = Int32(words[1]), let date = try? LocalDate(String(parts[0])) else { return nil }
            subject = .day(Trainer.ID(trainer), date)
        default:
            return nil
        }
        self.init(subject: subject, rule: String(words[3]), channel: channel, copy: copy)
    }
}

extension Date {
    /// The time in microseconds since 1970.
    var microseconds: Int64 { Int64((timeIntervalSince1970 * 1_000_000).rounded()) }

    /// Creates a date from microseconds since 1970.
    init(microseconds: Int64) {
        self.init(timeIntervalSince1970: Double(microseconds) / 1_000_000)
    }
}

/// The identity of a message that is stable across a restore, after which its number may be reused.
public struct MessageIdentity: Sendable, Hashable {
    /// The subject of a message.
    public enum Subject: Sendable, Hashable {
        /// A revision of a session.
        case session(Reference, revision: Int32)
        /// A trainer's day.
        case day(Trainer.ID, LocalDate)
    }

    /// The subject.
    public let subject: Subject
    /// The rule.
    public let rule: String
    /// The channel.
    public let channel: Channel
    /// The number of the copy; 0 is the first message.
    public let copy: Int32

    /// Creates an identity.
    public init(subject: Subject, rule: String, channel: Channel, copy: Int32 = 0) {
        self.subject = subject
        self.rule = rule
        self.channel = channel
        self.copy = copy
    }

    /// Returns the rows of the ledger that a claimed message is about, and the identity of each.
    static func all(of claimed: ClaimedMessage) -> [(row: Int64, identity: MessageIdentity)] {
        let channel: Channel =
            switch claimed.recipient {
            case .email: .email
            case .phone: .sms
            }
        func identity(_ subject: Subject, _ rule: String, _ copy: Int32) -> MessageIdentity {
            MessageIdentity(subject: subject, rule: rule, channel: channel, copy: copy)
        }
        switch claimed.subject {
        case .session(let session):
            let subject = Subject.session(session.reference, revision: claimed.revision)
            return [(claimed.message, identity(subject, claimed.rule, claimed.copy))]
        case .day(let day):
            return [(claimed.message, identity(.day(day.trainer.id, day.date), claimed.rule, claimed.copy))]
        case .changes(let changes):
            return changes.changes.map { change in
                let subject = Subject.session(change.session.reference, revision: change.row.revision)
                return (change.row.id, identity(subject, change.row.rule, change.row.copy))
            }
        }
    }
}

/// An attempt to send a message, as listed in a journal.
public struct DeliveryAttempt: Sendable, Hashable {
    /// The message.
    public let message: MessageIdentity
    /// The number of the attempt, from 1.
    public let number: Int32
    /// The time of the attempt.
    public let at: Date

    /// Creates an attempt.
    public init(message: MessageIdentity, number: Int32, at: Date) {
        self.message = message
        self.number = number
        self.at = at
    }
}

/// A run of a sender, as listed in its journal.
public struct RecordedRun: Sendable, Hashable {
    /// The number in the database.
    public let id: Int32
    /// The start by the database's clock, in microseconds since 1970.
    public let startedAt: Int64
    /// The epoch of the run.
    public let epoch: UUID
    /// Whether its end was recorded in the database.
    public var hasEnded: Bool

    /// Creates a run.
    public init(id: Int32, startedAt: Int64, epoch: UUID, hasEnded: Bool = false) {
        self.id = id
        self.startedAt = startedAt
        self.epoch = epoch
        self.hasEnded = hasEnded
    }
}
