import Postgres
import Schema

/// The version of the binary, with the parts that decide whether it works together with others.
struct Version: Encodable {
    /// The version of the product.
    static let number = "0.1.0"

    let version = Version.number
    /// The Git commit that the binary was built from; `null` for a build outside a Git repository.
    @NullWhenNil var commit = BuildCommit.value
    /// The newest step of the database schema that the binary contains.
    let schema = Schema.version
    /// The version of libpq that is loaded.
    let libpq = Database.libpqVersion

    /// The version with the commit as build metadata (Semantic Versioning, section 10), such as `0.1.0+6f88201ab1c2`.
    var build: String { commit.map { "\(version)+\($0)" } ?? version }

    /// The version as lines of text.
    var text: String {
        "intro \(version)\ncommit \(commit ?? "unknown")\nschema step \(schema)\nlibpq \(libpq)"
    }
}

/// The commit that the build embeds.
protocol EmbeddedCommit {
    /// The abbreviated commit; empty outside a Git repository.
    static var commit: String { get }
}

/// The commit that the binary was built from.
///
/// The build plugin `EmbedCommit` writes the conformance to ``EmbeddedCommit``.
enum BuildCommit {
    /// The abbreviated commit, or `nil` if it is not known.
    static var value: String? {
        let embedded = BuildCommit.self as Any.Type as? any EmbeddedCommit.Type
        return embedded.flatMap { $0.commit.isEmpty ? nil : $0.commit }
    }
}
