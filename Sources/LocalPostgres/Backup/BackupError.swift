import Glibc

/// The reason why a back-up cannot be made or restored.
public enum BackupError: Error, Equatable, Sendable {
    /// A file of this name exists already.
    case fileExists(path: String)
    /// The home has a database already.
    case databaseExists(home: String)
    /// The home has no database.
    case databaseMissing(home: String)
    /// The file or its folder cannot be used.
    case unusable(path: String, reason: String)
    /// The file is not a complete back-up.
    case invalid(path: String, reason: String)
    /// A later release wrote the file in another format.
    case newerFormat(path: String)
    /// There is no space on a disk.
    case noSpace(reason: String)
    /// Another back-up of the database is running.
    case isRunning
    /// A program of PostgreSQL failed.
    case failed(program: String, reason: String)
    /// The restored database differs from the original.
    case differs(String)

    /// The error of the last system call on a file.
    static func last(_ path: String) -> BackupError {
        let (number, reason) = (errno, String(cString: strerror(errno)))
        return [ENOSPC, EDQUOT, EFBIG].contains(number)
            ? .noSpace(reason: "\(path): \(reason)") : .unusable(path: path, reason: reason)
    }

    /// The error of a program that failed.
    static func failure(of program: String, _ outcome: ProgramRunner.Outcome) -> BackupError {
        let lines = outcome.errors.split(whereSeparator: \.isNewline).map(String.init)
        let full = ["No space left on device", "Disk quota exceeded", "File too large"]
        if let line = lines.first(where: { line in full.contains(where: line.contains) }) {
            return .noSpace(reason: line)
        }
        return .failed(program: program, reason: outcome.errorLine ?? "it gives no reason")
    }
}
