public import FoundationEssentials

/// The facts about a back-up, stored at its end.
public struct BackupManifest: Codable, Equatable, Sendable {
    /// The release that made the back-up, and the schema that it found.
    public struct Release: Sendable {
        let version: String
        let schema: Int32

        /// Creates the facts about a release.
        ///
        /// - Parameters:
        ///   - version: The version of the binary.
        ///   - schema: The last step of the database's schema.
        public init(version: String, schema: Int32) {
            self.version = version
            self.schema = schema
        }
    }

    /// The version of the format.
    public let format: Int
    /// The time of the back-up, in whole seconds.
    public let at: Date
    /// The version of the binary.
    public let intro: String
    /// The last step of the database's schema.
    public let schema: Int32
    /// The version of PostgreSQL.
    public let postgres: String
    /// The content of the database in the snapshot of the dump.
    public let content: DatabaseContent

    /// The version of the format that this release writes.
    static let currentFormat = 1

    init(release: Release, at: Date, postgres: String, content: DatabaseContent) {
        format = Self.currentFormat
        self.at = at
        intro = release.version
        schema = release.schema
        self.postgres = postgres
        self.content = content
    }

    /// Decodes a manifest; `nil` if the octets are not one.
    init?(_ octets: some Collection<UInt8>) {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        guard let manifest = try? decoder.decode(Self.self, from: Data(octets)) else { return nil }
        self = manifest
    }

    /// The manifest as JSON.
    var encoded: [UInt8] {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            encoder.dateEncodingStrategy = .iso8601
            return Array(try encoder.encode(self))
        }
    }
}
