import BookingStore
import Reminders

extension HeldMessages {
    /// How many messages are held and what for, in a sentence.
    var text: String {
        let messages = counted(count, "message")
        let verb = count == 1 ? "waits" : "wait"
        switch reason {
        case .reconciling:
            return "\(messages) \(verb) until all senders have compared their journals with the restored database"
                + (hosts.isEmpty ? "." : " (\(hosts.joined(separator: ", ").visible)), at most 10 minutes.")
        case .held:
            return "\(messages) \(count == 1 ? "is" : "are") held: the database was restored, and the journal of "
                + "\(hosts.joined(separator: ", ").visible) is missing. See `intro reminders hold --help`."
        }
    }

    /// What the process ends with where messages are held.
    var failure: Failure? {
        guard count > 0 else { return nil }
        let messages = counted(count, "message")
        switch reason {
        case .reconciling:
            return Failure(
                code: "messages_reconciling", message: "\(messages) could not be sent yet",
                reason: "the database was restored or promoted, and other senders have not compared their journals yet",
                hint: "send again later, or start the other senders: after 10 minutes all is sent in any case",
                exit: .tryAgain)
        case .held:
            return Failure(
                code: "messages_held", message: "\(messages) \(count == 1 ? "is" : "are") held and may have been sent",
                reason:
                    "the database was restored or promoted, and the journal of another sender is missing "
                    + "(\(hosts.joined(separator: ", ")))",
                hint: "start that sender with its journal, or decide: `intro reminders hold --sent-since TIME` marks "
                    + "what was sent as unknown, `intro reminders release` sends all",
                exit: .misconfigured)
        }
    }
}
