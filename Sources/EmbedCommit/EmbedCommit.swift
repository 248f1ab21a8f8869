import Foundation
import PackagePlugin

/// Adds a source file with the commit of the working tree, for `intro --version`.
///
/// Git's log of HEAD is an input of the command, so that the file is written again after each commit and checkout.
/// Outside a Git repository, as in an unpacked archive, the commit is empty.
@main
struct EmbedCommit: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let root = context.package.directoryURL
        let script = root.appending(path: "Sources/EmbedCommit/embed-commit.sh")
        let source = context.pluginWorkDirectoryURL.appending(path: "EmbeddedCommit.swift")
        return [
            .buildCommand(
                displayName: "Embed the commit", executable: URL(filePath: "/bin/sh"),
                arguments: [script.path, root.path, source.path], inputFiles: [script] + headLog(of: root),
                outputFiles: [source])
        ]
    }

    /// Returns Git's log of HEAD, or nothing without one.
    private func headLog(of root: URL) -> [URL] {
        let git = Process()
        git.executableURL = URL(filePath: "/usr/bin/env")
        git.arguments = ["git", "-C", root.path, "rev-parse", "--path-format=absolute", "--git-path", "logs/HEAD"]
        let output = Pipe()
        git.standardOutput = output
        git.standardError = FileHandle.nullDevice
        guard (try? git.run()) != nil, let data = try? output.fileHandleForReading.readToEnd() else { return [] }
        git.waitUntilExit()
        let path = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard git.terminationStatus == 0, FileManager.default.fileExists(atPath: path) else { return [] }
        return [URL(filePath: path)]
    }
}
