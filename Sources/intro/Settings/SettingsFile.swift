import Configuration
import FoundationEssentials
import Glibc

/// A configuration file: a JSON object whose members, nested or dotted, are settings.
///
/// A member whose name begins with `//` is a comment, because JSON has none.
enum SettingsFile {
    /// Reads a file.
    ///
    /// - Parameters:
    ///   - path: The path of the file.
    ///   - isRequired: Whether a missing file is an error.
    /// - Returns: The values in the file; empty if the file does not exist.
    /// - Throws: A `Failure` that names the file and its problem.
    static func provider(path: String, isRequired: Bool) throws(Failure) -> InMemoryProvider {
        guard let data = try contents(path: path, isRequired: isRequired) else {
            return InMemoryProvider(name: path, values: [:])
        }
        return InMemoryProvider(name: path, values: try values(in: data, path: path))
    }

    private static func contents(path: String, isRequired: Bool) throws(Failure) -> Data? {
        try FileTrust.check(path, .settings)
        do {
            return try Data(contentsOf: URL(filePath: path))
        } catch let error as CocoaError where error.code == .fileReadNoSuchFile {
            guard isRequired else { return nil }
            throw .misconfigured(
                "configuration file \(path) not found",
                hint: "name an existing file with --config, or leave it out"
            )
        } catch {
            throw .misconfigured(
                "the configuration file \(path) cannot be read",
                because: (error as? CocoaError)?.systemMessage,
                hint: "make it a file that you may read, or name another with --config"
            )
        }
    }

    /// Parses the text of a file.
    ///
    /// - Parameters:
    ///   - data: The text.
    ///   - path: The path of the file, for messages and for relative paths in it.
    /// - Returns: The values by their settings.
    /// - Throws: A `Failure` when it is not JSON, or has a member that is neither a setting nor a
    ///   comment, or has the wrong type.
    static func values(in data: Data, path: String) throws(Failure) -> [AbsoluteConfigKey: ConfigValue] {
        var values: [AbsoluteConfigKey: ConfigValue] = [:]
        for (name, value) in try members(of: data, path: path) where value != .null && !isComment(name) {
            let setting = try setting(named: name, path: path)
            guard let content = content(of: value, for: setting, path: path) else {
                throw .misconfigured(
                    "\(name) must be \(setting.kind.typeDescription)",
                    because: "\(path) has a different value",
                    hint: "correct it in the file"
                )
            }
            values[setting.key] = ConfigValue(content, isSecret: setting == .databaseURL || setting == .mailURL)
        }
        return values
    }

    private static func members(of data: Data, path: String) throws(Failure) -> [(String, JSONValue)] {
        do {
            let value = try JSONDecoder().decode(JSONValue.self, from: data)
            guard case .object = value else { throw Failure.misconfigured("", hint: "") }
            return value.leaves()
        } catch {
            throw .misconfigured(
                "the configuration file \(path) is not a JSON object",
                because: (error as? DecodingError)?.place,
                hint: #"write it as in {"database": {"url": "postgresql://localhost/intro"}}"#
            )
        }
    }

    /// Returns whether a dotted name is that of a comment, or of a member of one.
    private static func isComment(_ name: String) -> Bool {
        name.hasPrefix("//") || name.contains(".//")
    }

    /// Rejects an unknown name: ignoring a mistyped one would silently leave its default in force.
    private static func setting(named name: String, path: String) throws(Failure) -> Setting {
        if let setting = Setting(rawValue: name) {
            return setting
        }
        let names = Setting.allCases.map(\.rawValue)
        throw .misconfigured(
            "unknown setting \(name)",
            because: "it is in the configuration file \(path)",
            hint: nearest(to: name, among: names).map { "did you mean \($0)?" }
                ?? "the settings are \(names.joined(separator: ", "))"
        )
    }

    private static func content(of value: JSONValue, for setting: Setting, path: String) -> ConfigContent? {
        switch (setting.kind, value) {
        case (.text, .string(let text)) where !text.isEmpty:
            return .string(text)
        case (.path, .string(let text)) where !text.isEmpty:
            let isRelative = !text.hasPrefix("/") && !text.hasPrefix("~")
            return .string(isRelative ? folder(of: path) + text : text)
        case (.number(let range), .integer(let number)) where range.contains(number):
            return .int(number)
        case (.period, .string(let text)) where RetentionPeriod(text) != nil:
            return .string(text)
        case (.boolean, .boolean(let boolean)):
            return .bool(boolean)
        case (.choice(let values), .string(let text)) where values.contains(text):
            return .string(text)
        case (.choice(let values), .integer(let number)) where values.contains("\(number)"):
            return .string("\(number)")
        default:
            return nil
        }
    }

    private static func folder(of path: String) -> String {
        String(path[...(path.lastIndex(of: "/") ?? path.startIndex)])
    }
}

extension CocoaError {
    /// The operating system's error message.
    fileprivate var systemMessage: String? {
        (underlying as? POSIXError).map { intro.systemMessage($0.code.rawValue) }
    }
}

extension DecodingError {
    /// The position and the reason of a JSON syntax error.
    fileprivate var place: String? {
        guard case .dataCorrupted(let context) = self else { return nil }
        return context.underlyingError.map { "\($0)" } ?? context.debugDescription
    }
}
