public import FoundationEssentials

/// Everything that is known of a job.
public struct JobDossier: Sendable, Equatable {
    /// Something that went wrong.
    public struct Mishap: Sendable, Equatable, Decodable {
        /// When.
        public let at: Date
        /// In which attempt; the first is 1.
        public let attempt: Int
        /// What.
        public let message: String
    }

    /// Where it stands.
    public let entry: JobEntry
    /// What its handler is given, as JSON.
    public let payload: String
    /// What went wrong so far, the latest twenty, oldest first.
    public let errors: [Mishap]
}

extension JobDossier {
    init(_ entry: JobEntry, payload: String, errors: String?) throws {
        self.entry = entry
        self.payload = payload
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        self.errors = try errors.map { try decoder.decode([Mishap].self, from: Data($0.utf8)) } ?? []
    }
}
