public import Messaging
import Postgres

/// The templates of a process that may run for months: the operator's folder is read again when it changes.
///
/// A template that cannot be used holds up the messages that use it, and no others.
public final class TemplateStore: Sendable {
    /// What a changed folder holds.
    public struct Change: Sendable, Equatable {
        /// What is wrong with it; empty where all is in order.
        public let problems: [String]
    }

    private struct State {
        /// The operator's own templates, by file name.
        var own: [String: String]
        var library: TemplateLibrary
        var findings: [TemplateFinding]
        /// Why the folder could not be read the last time.
        var readError: TemplateError?
    }

    private let folder: String?
    private let state: Guarded<State>

    /// Reads the templates.
    ///
    /// - Parameter folder: Where an operator keeps other ones than the built-in, or more of them.
    /// - Throws: `TemplateError` where the folder cannot be read.
    public init(folder: String? = nil) throws(TemplateError) {
        self.folder = folder
        let own: [String: String] = if let folder { try TemplateFolder.read(folder) } else { [:] }
        state = Guarded(try Self.state(of: own))
    }

    /// The templates as they were read last.
    public var library: TemplateLibrary { state.withLock(\.library) }

    /// What keeps messages from being written, by file and line.
    public var findings: [TemplateFinding] { state.withLock(\.findings) }

    /// What is wrong with the operator's templates, as they were read last.
    var currentProblems: [String] {
        guard let folder else { return [] }
        return state.withLock { state in
            state.findings.map { "\(folder)/\($0.description)" } + [state.readError].compactMap { $0.map { "\($0)" } }
        }
    }

    /// Reads the operator's folder again.
    ///
    /// - Returns: What it holds, where that is not what it held before; `nil` where nothing has changed.
    public func refresh() -> Change? {
        guard let folder else { return nil }
        do throws(TemplateError) {
            let own = try TemplateFolder.read(folder)
            if state.withLock({ $0.own == own && $0.readError == nil }) { return nil }
            let read = try Self.state(of: own)
            state.withLock { $0 = read }
            return Change(problems: read.findings.map { "\(folder)/\($0.description)" })
        } catch {
            // The templates read before stay in use: a folder may be away for a moment.
            let isNew = state.withLock { state in
                defer { state.readError = error }
                return state.readError != error
            }
            return isNew ? Change(problems: ["\(error)"]) : nil
        }
    }

    /// What is wrong with a template, where rendering met one that cannot be used.
    ///
    /// - Parameter error: What rendering threw.
    /// - Returns: The problem, with its file and what to do.
    public func explanation(of error: TemplateError) -> String {
        guard case .missingValue(_, let value) = error,
            let finding = findings.first(where: { Self.mark($0.file) == value })
        else { return "\(error)" }
        return finding.description
    }

    private static func state(of own: [String: String]) throws(TemplateError) -> State {
        let builtIn = ReminderTemplates.sources
        guard !own.isEmpty else {
            return State(own: own, library: try TemplateLibrary(builtIn), findings: [], readError: nil)
        }
        let findings = TemplateCheck(.reminders).findings(in: builtIn, overriddenBy: own).filter(\.preventsMessages)
        var usable = own
        for finding in findings where own[finding.file] != nil {
            switch finding.problem {
            case .unknownName: usable[finding.file] = nil
            case .malformed, .unknownInclusion, .endlessInclusion, .unnamedInclusion, .setting, .unknownTransform:
                // Rendering it fails, and so does whatever includes it.
                usable[finding.file] = "{{\(mark(finding.file))}}"
            default: break
            }
        }
        let library = try TemplateLibrary(builtIn.merging(usable) { _, own in own })
        return State(own: own, library: library, findings: findings, readError: nil)
    }

    /// A value that no message has, named after a file.
    private static func mark(_ file: String) -> String {
        "unusable-" + file.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? "\($0)" : "-" }.joined()
    }
}

extension TemplateFinding {
    /// Whether a message cannot be written, or not as it was meant, because of it.
    public var preventsMessages: Bool {
        switch problem {
        case .missingPart: TemplateName(file: file)?.language == nil
        case .unknownLanguage, .tooManySegments, .unused, .needlessBraces: false
        default: true
        }
    }
}
