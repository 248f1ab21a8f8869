import ArgumentParser
import Booking
import BookingStore
import Messaging

/// `intro mail`: what mail servers tell us.
struct MailCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mail",
        abstract: "Hear what mail servers tell of our mail.",
        subcommands: [Bounce.self]
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    /// `intro mail bounce`.
    struct Bounce: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "bounce",
            abstract: "Hear one report on standard input: of a delivery (RFC 3464) or a complaint (RFC 5965).",
            discussion: """
                An address that is gone for good, or whose reader complains, is written to no more. The message that came \
                back counts as failed. Let the mail server pipe into it what comes to the sender's address.
                """)

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let octets = try StandardStreams.read(upTo: MailReport.maximumOctets + 1)
            let report = try MailReport(reading: octets)
            let verdicts = report.verdicts
            let database = try await intro.database()
            for verdict in verdicts {
                guard let reason = verdict.reason else { continue }
                try await intro.wishDesk(database).suppress(
                    .email(verdict.address), because: reason, detail: verdict.detail, now: intro.now)
            }
            // Whose mail came back has not got it, whether or not their address is gone.
            var message: LedgerEntry?
            if let id = report.messageID, let diagnosis = report.failure {
                message = try await intro.ledgerDesk(database).bounced(id, diagnosis: diagnosis)
            }
            let record = BounceRecord(verdicts, message)
            try intro.console.report(record) { record.text }
        }
    }
}

/// What is made of one address in a report.
private struct BounceVerdict {
    let address: EmailAddress
    /// Why it is written to no more; `nil` where it may be.
    let reason: Suppression.Reason?
    let detail: String?
}

extension MailReport {
    /// What follows for each address; one that can be none of ours does not keep the others from being heard.
    fileprivate var verdicts: [BounceVerdict] {
        switch self {
        case .delivery(let report):
            report.recipients.compactMap { recipient in
                (try? EmailAddress(recipient.address.address)).map { address in
                    BounceVerdict(
                        address: address, reason: recipient.isPermanent ? .hardBounce : nil,
                        detail: recipient.diagnostic ?? recipient.status.map { "\($0)" })
                }
            }
        case .complaint(let report):
            report.recipients.compactMap { recipient in
                (try? EmailAddress(recipient.address)).map { address in
                    BounceVerdict(
                        address: address, reason: report.kind == .optOut ? .optOut : .complaint,
                        detail: report.kind.rawValue)
                }
            }
        }
    }

    /// What the server said of a message that did not arrive; `nil` where it did, or may still.
    fileprivate var failure: String? {
        guard case .delivery(let report) = self, let failed = report.recipients.first(where: { $0.action == .failed })
        else { return nil }
        return failed.diagnostic ?? failed.status.map { "\($0)" } ?? "failed"
    }
}

/// What was made of a report, as JSON has it.
private struct BounceRecord: Encodable {
    /// What was made of one address.
    struct Address: Encodable {
        let address: String
        let suppressed: Bool
        @Null var reason: String?
        @Null var detail: String?
    }

    let addresses: [Address]
    /// The session whose message came back, where it is one of ours.
    @Null var reference: String?
    @Null var rule: String?

    init(_ verdicts: [BounceVerdict], _ message: LedgerEntry?) {
        addresses = verdicts.map {
            Address(
                address: $0.address.address, suppressed: $0.reason != nil, reason: $0.reason?.rawValue,
                detail: $0.detail)
        }
        reference = message?.reference?.description
        rule = message?.rule
    }

    var text: String {
        var lines = addresses.map { address in
            address.suppressed
                ? "Nothing is sent to \(address.address) any more: \(address.reason ?? "")."
                : "\(address.address) may still be written to: that was no final word on the address."
        }
        if let reference, let rule { lines.append("The message \(rule) of \(reference) came back.") }
        return lines.joined(separator: "\n").visibleLines
    }
}
