/// A reply to an invitation: a REPLY or a COUNTER of one attendee (RFC 5546 sections 3.2.3 and 3.2.7).
///
/// A reply can be forged. It is valid only when the event, its revision and the attendee match the invitation.
public struct CalendarReply: Hashable, Sendable {
    /// An attendee's answer.
    public enum Answer: String, Hashable, Sendable, CaseIterable {
        /// The attendee accepts.
        case accepted = "ACCEPTED"
        /// The attendee declines.
        case declined = "DECLINED"
        /// The attendee proposes another time or place.
        case counter = "COUNTER"
        /// The attendee is tentative, delegates, or has not decided.
        case undecided
    }

    private static let maximumOctets = 262_144
    private static let maximumLines = 5000
    /// The revisions of sessions are 32-bit numbers, one more than the sequence number.
    private static let sequences = 0...Int(Int32.max) - 1

    /// The attendee's answer.
    public let answer: Answer
    /// The event's identifier.
    public let uid: String
    /// The revision that is answered; 0 when the reply has none (RFC 5545 section 3.8.7.4).
    public let sequence: Int
    /// The attendee's address.
    public let attendee: Mailbox

    /// Parses a calendar; `nil` unless it is a reply of one attendee about one event.
    init?(parsing octets: ArraySlice<UInt8>) {
        let lines = Self.lines(of: octets)
        func value(_ name: String) -> String? { lines.first { $0.name == name }?.value }
        let attendees = lines.filter { $0.name == "ATTENDEE" }
        guard let method = value("METHOD")?.uppercased(), ["REPLY", "COUNTER"].contains(method),
            lines.count(where: { $0.name == "BEGIN" && $0.value.uppercased() == "VEVENT" }) == 1,
            let uid = value("UID"), !uid.isEmpty, let sequence = Int(value("SEQUENCE") ?? "0"),
            Self.sequences.contains(sequence), let one = attendees.first, attendees.count == 1,
            let attendee = one.mailbox
        else { return nil }
        answer =
            method == "COUNTER"
            ? .counter : one.parameters["PARTSTAT"].flatMap { Answer(rawValue: $0.uppercased()) } ?? .undecided
        self.uid = uid
        self.sequence = sequence
        self.attendee = attendee
    }

    /// The content lines, unfolded (RFC 5545 section 3.1).
    private static func lines(of octets: ArraySlice<UInt8>) -> [ReceivedLine] {
        var unfolded: [[UInt8]] = []
        for line in ReceivedLines(octets.prefix(maximumOctets)) {
            if line.text.first.map(\.isBlank) == true, !unfolded.isEmpty {
                unfolded[unfolded.count - 1] += line.text.dropFirst()
            } else if unfolded.count < maximumLines {
                unfolded.append(Array(line.text))
            }
        }
        return unfolded.compactMap { ReceivedLine(String(decoding: $0, as: UTF8.self)) }
    }
}

/// A content line of a received calendar: name, parameters and value.
private struct ReceivedLine {
    let name: String
    let parameters: [String: String]
    let value: String

    /// Parses a line; `nil` when it has no value.
    init?(_ line: String) {
        let halves = line.splitOutsideQuotes(at: ":")
        guard halves.count >= 2 else { return nil }
        let head = halves[0].splitOutsideQuotes(at: ";")
        name = head[0].uppercased()
        value = halves.dropFirst().joined(separator: ":").trimmingBlanks
        parameters = head.dropFirst().reduce(into: [:]) { parameters, piece in
            let sides = piece.split(separator: "=", maxSplits: 1)
            guard sides.count == 2 else { return }
            parameters[sides[0].uppercased()] = sides[1].filter { $0 != "\"" }
        }
    }

    /// The address behind `mailto:`.
    var mailbox: Mailbox? {
        guard value.lowercased().hasPrefix("mailto:") else { return nil }
        return Mailbox(address: String(value.dropFirst("mailto:".count)))
    }
}

extension String {
    /// This text without leading and trailing white space.
    fileprivate var trimmingBlanks: String {
        let rest = drop(while: \.isWhitespace)
        guard let last = rest.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(rest[...last])
    }
}
