import Locking
public import Messaging

/// The templates of a long-running process, which reloads the operator's folder when it changes.
///
/// A template that cannot be used delays only the messages that use it.
public final class TemplateStore: Sendable {
    /// The result of reloading a changed folder.
    public struct Change: Sendable, Equatable {
        /// The problems of the folder; empty if there are none.
        public let problems: [String]
    }

    private struct State {
        /// The operator's templates, by file name.
        var own: [String: String]
        var library: TemplateLibrary
        var findings: [TemplateFinding]
        /// The error of the last attempt to read the folder, if it failed.
        var readError: TemplateError?
    }

    private let folder: String?
    private let state: Guarded<State>

    /// Creates a store and reads the templates.
    ///
    /// - Parameter folder: The operator's folder, whose files replace built-in templates or add to them.
    /// - Throws: `TemplateError` if the folder cannot be read.
    public init(folder: String? = nil) throws(TemplateError) {
        self.folder = folder
        let own: [String: String] = if let folder { try TemplateFolder.read(folder) } else { [:] }
        state = Guarded(try Self.state(of: own))
    }

    /// The most recently loaded templates.
    public var library: TemplateLibrary { state.withLock(\.library) }

    /// The problems that prevent messages from being rendered, by file and line.
    public var findings: [TemplateFinding] { state.withLock(\.findings) }

    /// The current problems of the operator's templates.
    var currentProblems: [String] {
        guard let folder else { return [] }
        return state.withLock { state in
            state.findings.map { "\(folder)/\($0.description)" } + [state.readError].compactMap { $0.map { "\($0)" } }
        }
    }

    /// Reloads the operator's folder.
    ///
    /// - Returns: The result if the folder has changed; `nil` if it has not.
    public func refresh() -> Change? {
        guard let folder else { return nil }
        do throws(TemplateError) {
            let own = try TemplateFolder.read(folder)
            if state.withLock({ $0.own == own && $0.readError == nil }) { return nil }
            let read = try Self.state(of: own)
            state.withLock { $0 = read }
            return Change(problems: read.findings.map { "\(folder)/\($0.description)" })
        } catch {
            // Keep the loaded templates in use: the folder may be unavailable only briefly.
            let isNew = state.withLock { state in
                defer { state.readError = error }
                return state.readError != error
            }
            return isNew ? Change(problems: ["\(error)"]) : nil
        }
    }

    /// Returns the problem of an unusable template that rendering found.
    ///
    /// - Parameter error: The error of rendering.
    /// - Returns: The problem, with its file and a hint.
    public func explanation(of error: TemplateError) -> String {
        guard case .missingValue(_, let value) = error,
            let finding = findings.first(where: { Self.mark($0.file) == value })
        else { return "\(error)" }
        return finding.description
    }

    private static func state(of own: [String: String]) throws(TemplateError) -> State {
        guard !own.isEmpty else {
            return State(own: own, library: try ReminderTemplates.library(), findings: [], readError: nil)
        }
        let builtIn = ReminderTemplates.sources
        let findings = TemplateCheck(.reminders).findings(in: builtIn, overriddenBy: own).filter(\.preventsMessages)
        var usable = own
        for finding in findings where own[finding.file] != nil {
            switch finding.problem {
            case .unknownName: usable[finding.file] = nil
            case .malformed, .unknownInclusion, .endlessInclusion, .unnamedInclusion, .setting, .unknownTransform:
                // Rendering this template fails, and so does each template that includes it.
                usable[finding.file] = "{{\(mark(finding.file))}}"
            default: break
            }
        }
        let library = try TemplateLibrary(builtIn.merging(usable) { _, own in own })
        return State(own: own, library: library, findings: findings, readError: nil)
    }

    /// Returns the name of a value that no message has, derived from a file name.
    private static func mark(_ file: String) -> String {
        "unusable-" + file.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? "\($0)" : "-" }.joined()
    }
}

extension TemplateFinding {
    /// Whether the problem prevents a message from being rendered correctly.
    public var preventsMessages: Bool {
        switch problem {
        case .missingPart: TemplateName(file: file)?.language == nil
        case .unknownLanguage, .tooManySegments, .unused, .needlessBraces: false
        default: true
        }
    }
}
