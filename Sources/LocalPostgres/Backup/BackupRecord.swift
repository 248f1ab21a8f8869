public import FoundationEssentials
import Glibc

/// The last back-up of a database, as `backup.json` in the home records it.
public struct BackupRecord: Codable, Equatable, Sendable {
    /// The kind of a back-up.
    public enum Kind: String, Codable, Sendable {
        /// A file of `intro backup`.
        case dump
        /// A back-up in a repository of pgBackRest.
        case pgbackrest
    }

    /// The time of the back-up.
    public let at: Date
    /// The kind.
    public let kind: Kind
    /// The time at which it was restored and checked; `nil` if it was not.
    public let verifiedAt: Date?

    private enum CodingKeys: String, CodingKey {
        case at, kind
        case verifiedAt = "verified_at"
    }

    /// Creates a record.
    public init(at: Date, kind: Kind, verifiedAt: Date?) {
        self.at = at
        self.kind = kind
        self.verifiedAt = verifiedAt
    }

    /// Reads the record of a home; `nil` if there is none.
    public init?(home: String) {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        guard let text = text(ofFile: Self.path(home)),
            let record = try? decoder.decode(Self.self, from: Data(text.utf8))
        else { return nil }
        self = record
    }

    /// Replaces the record of a home.
    ///
    /// - Throws: A `LocalPostgresError` if it cannot be written.
    public func write(home: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        encoder.dateEncodingStrategy = .iso8601
        let path = Self.path(home)
        let draft = "\(path).new"
        unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else { throw folderFailure(draft, errno) }
        defer { close(descriptor) }
        shareWithOwnerOfFolder(path, descriptor)
        try LocalPostgres.write(
            String(decoding: try encoder.encode(self), as: UTF8.self) + "\n", to: descriptor, path: draft)
        guard rename(draft, path) == 0 else { throw folderFailure(path, errno) }
    }

    /// Encodes every field; `verified_at` is null for a back-up that was not restored.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(at, forKey: .at)
        try container.encode(kind, forKey: .kind)
        try container.encode(verifiedAt, forKey: .verifiedAt)
    }

    /// The file of a home.
    public static func path(_ home: String) -> String { "\(home)/backup.json" }
}
