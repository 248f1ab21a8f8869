import LocalPostgres
import Messaging
import Reminders

extension Failure {
    /// Describes errors of messages, templates and incoming reports; `nil` for any other error.
    init?(ofMessages error: any Error) {
        switch error {
        case let error as TransportConfigurationError:
            let setting: Setting = error.messageKind == .mail ? .mailURL : .smsURL
            self = .misconfigured("\(error)", hint: "correct `\(setting.rawValue)` or \(setting.environmentName)")
        case TemplateError.unreadable(let path, let reason):
            let setting = Setting.templatesFolder
            self = .misconfigured(
                "the templates at \(path) cannot be read", because: reason,
                hint: "correct `\(setting.rawValue)` or \(setting.environmentName)")
        case let error as TemplateError:
            self = .misconfigured("\(error)", hint: "correct it; `intro templates check` lists all problems")
        case let error as InboundTextError:
            self = .invalidInput("\(error)", hint: "give all fields that the provider posts, as JSON or as a form")
        case let error as CompositionError:
            let setting: Setting = error.part == .unsubscribe ? .mailUnsubscribeURL : .mailFrom
            self = .misconfigured("\(error)", hint: "correct `\(setting.rawValue)` or \(setting.environmentName)")
        case let error as JournalError:
            self = Failure(journal: error)
        case let error as TextMessageError:
            self = .misconfigured("\(error)", hint: "`intro templates check` lists the texts with problems")
        default:
            return nil
        }
    }
}

extension Failure {
    /// Describes why a journal cannot be written; without a journal, nothing is sent.
    private init(journal error: JournalError) {
        if error.mayPass {
            self.init(
                code: "journal", message: "the journal of sent messages cannot be written: nothing more was sent",
                reason: "\(error.path): \(error.reason)", hint: "free some space, then send again", exit: .tryAgain)
        } else {
            self = .misconfigured(
                "the journal of sent messages cannot be written: nothing was sent",
                because: "\(error.path): \(error.reason)",
                hint: "set INTRO_HOME to a folder that \(Account.current.name) may write to")
        }
    }
}
