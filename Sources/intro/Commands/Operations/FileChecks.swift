import FoundationEssentials
import Glibc

/// The checks of settings and secret files: existence, owner and mode.
enum FileChecks {
    private static let name = "files"

    /// Checks all files, and reports each one that has a problem.
    ///
    /// - Parameters:
    ///   - sources: The sources of the settings.
    ///   - settings: The settings; `nil` if they cannot be used, and with them the names of the secret files.
    /// - Returns: The findings, or one that says that there is none.
    static func run(_ sources: Settings.Sources, _ settings: Settings? = nil) -> [DoctorCheck] {
        let withPassword = filesWithPassword(sources)
        let settingsFiles = sources.files.filter { access($0, F_OK) == 0 }
        let secretFiles = settings?.secretFiles ?? []
        let findings =
            settingsFiles.compactMap { check($0, withPassword.contains($0) ? .secret : .settings) }
            + secretFiles.flatMap { file in
                [content(of: file), check(file.path, .secret)].compactMap(\.self).prefix(1)
            }
        guard findings.isEmpty else { return findings }
        let names = settingsFiles + secretFiles.map(\.path)
        return [
            .ok(name, names.isEmpty ? "no settings file and no secret file is used" : names.joined(separator: ", "))
        ]
    }

    /// Returns the finding about the owner and the mode of a file.
    private static func check(_ path: String, _ content: FileTrust.Content) -> DoctorCheck? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        if let problem = FileTrust.problem(
            owner: status.st_uid, mode: status.st_mode, content, user: geteuid())
        {
            return .problem(name, "\(path) is not used: \(problem.reason)", hint: problem.hint(path))
        }
        guard content == .secret, status.st_mode & 0o004 != 0 else { return nil }
        return .problem(
            name, "\(path) contains a secret and is readable by everyone (mode \(octal(status.st_mode)))",
            hint: "run `chmod 600 \(path)`, and change the secret if others use this machine")
    }

    /// Returns the finding about a secret that cannot be read.
    private static func content(of file: Settings.SecretFile) -> DoctorCheck? {
        do {
            try file.read()
            return nil
        } catch {
            return .problem(name, error)
        }
    }

    /// The settings files that contain a URL with a password.
    private static func filesWithPassword(_ sources: Settings.Sources) -> Set<String> {
        let origins = (try? sources.origins()) ?? []
        return Set(
            origins.filter { $0.source == .file && $0.value.map { redacted($0) != $0 } ?? false }.compactMap(\.name))
    }

    private static func octal(_ mode: UInt32) -> String {
        let digits = String(mode & 0o7777, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}

extension Settings {
    /// A configured file that contains a secret.
    struct SecretFile {
        let path: String
        /// Reads the secret as the commands that need it do.
        let read: () throws(Failure) -> Void
    }

    /// The configured files that contain secrets.
    var secretFiles: [SecretFile] {
        var files: [SecretFile] = []
        if case .urlFile(let path) = database.location {
            files.append(SecretFile(path: path) { () throws(Failure) in _ = try Database.url(inFile: path) })
        }
        if let path = mail.passwordFile {
            files.append(SecretFile(path: path) { () throws(Failure) in _ = try mail.password() })
        }
        if let path = texts.tokenFile {
            files.append(SecretFile(path: path) { () throws(Failure) in _ = try texts.token() })
        }
        if let path = privacy.keyFile {
            files.append(SecretFile(path: path) { () throws(Failure) in _ = try privacy.key() })
        }
        return files
    }
}
