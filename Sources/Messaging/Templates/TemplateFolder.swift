import FoundationEssentials

/// A folder of an operator's templates, which replace built-in templates of the same name or add new ones.
public enum TemplateFolder {
    /// The maximum size of a template file in octets.
    static let longestFile = 262_144

    /// Reads all templates of a folder, except files whose names begin with a dot or end with `~`.
    ///
    /// Line endings become LF, and a byte order mark is removed, so that they do not reach clients.
    ///
    /// - Parameter path: The folder.
    /// - Returns: The source of each template by its file name.
    /// - Throws: `TemplateError.unreadable` with the file's path.
    public static func read(_ path: String) throws(TemplateError) -> [String: String] {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            throw .unreadable(path: path, reason: "the folder does not exist or cannot be read")
        }
        var sources: [String: String] = [:]
        for name in names.sorted() where !name.hasPrefix(".") && !name.hasSuffix("~") {
            sources[name] = try source("\(path)/\(name)")
        }
        return sources
    }

    private static func source(_ path: String) throws(TemplateError) -> String {
        var isFolder = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder else {
            throw .unreadable(path: path, reason: "it is not a file; subfolders are not supported")
        }
        guard let content = FileManager.default.contents(atPath: path) else {
            throw .unreadable(path: path, reason: "it cannot be read; check its permissions")
        }
        guard content.count <= longestFile else {
            throw .unreadable(path: path, reason: "it is longer than \(longestFile) octets")
        }
        guard let text = String(validating: content, as: UTF8.self) else {
            throw .unreadable(path: path, reason: "line \(firstBadLine(of: content)) is not UTF-8")
        }
        let source = text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text
        return source.replacing("\r\n", with: "\n")
    }

    /// Returns the first line that is not UTF-8; LF never occurs inside a multi-byte character, so lines are
    /// independent.
    private static func firstBadLine(of content: Data) -> Int {
        let lines = content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        return (lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0) + 1
    }
}
