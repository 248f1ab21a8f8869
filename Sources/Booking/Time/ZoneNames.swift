import FoundationEssentials
import FoundationInternationalization

/// The names of time zones, and suggestions for unknown names.
enum ZoneNames {
    /// Returns whether a name has the form `Area/Location`, that is, whether it is a place rather than an offset.
    static func isWellFormed(_ name: String) -> Bool {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        return (2...3).contains(parts.count)
            && parts.allSatisfy { part in
                part.utf8.first?.isASCIILetter == true
                    && part.utf8.allSatisfy { $0.isASCIILetterOrDigit || "_-+".utf8.contains($0) }
            }
    }

    /// Returns a hint for an unknown name, with up to three similar names.
    static func hint(for name: String) -> String {
        let near = near(name)
        return near.isEmpty
            ? "write a name of the IANA database, like America/Los_Angeles"
            : "did you mean \(near.joined(separator: ", "))?"
    }

    /// Returns up to three similar known names, the most similar first.
    static func near(_ name: String) -> [String] {
        // Longer texts are not mistyped zone names, and the comparison takes quadratic time.
        guard (2...40).contains(name.utf8.count) else { return [] }
        if let place = TimeZone.abbreviationDictionary[name.uppercased()] { return [place] }
        let typed = name.lowercased().replacing(" ", with: "_")
        let scored = known.map { (name: $0, distance: distance(typed, $0.lowercased())) }
        return scored.filter { $0.distance <= max(1, typed.utf8.count / 3) }
            .sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }
            .prefix(3).map(\.name)
    }

    /// The known names.
    ///
    /// Foundation lists some zones only by their old name, so the new names are added.
    private static var known: Set<String> {
        let renamed = [
            "America/Argentina/Buenos_Aires", "America/Nuuk", "Asia/Ho_Chi_Minh", "Asia/Kathmandu", "Asia/Kolkata",
            "Asia/Yangon", "Europe/Kyiv", "UTC",
        ]
        return Set(TimeZone.knownTimeZoneIdentifiers).union(renamed).filter { $0 == "UTC" || isWellFormed($0) }
    }

    /// Returns the edit distance of a typed name from a zone's name, or from its location alone if no area was typed.
    private static func distance(_ typed: String, _ zone: String) -> Int {
        let whole = edits(Array(typed.utf8), Array(zone.utf8))
        guard !typed.contains("/"), let location = zone.split(separator: "/").last else { return whole }
        return min(whole, edits(Array(typed.utf8), Array(location.utf8)))
    }

    /// Returns the Levenshtein distance: the number of insertions, deletions and replacements.
    private static func edits(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var row = Array(0...right.count)
        for (index, byte) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for (column, other) in right.enumerated() {
                let replaced = diagonal + (byte == other ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(replaced, diagonal + 1, row[column] + 1)
            }
        }
        return row[right.count]
    }
}

/// The abbreviations of a zone over time (`PST`, `PDT`), from the system's time zone database.
///
/// Foundation's abbreviations depend on the locale, and are `GMT-8` where people write PST. The file format is RFC
/// 9636. Only the names are read; the offsets are always those of Foundation.
struct ZoneAbbreviations: Sendable {
    private struct NamePeriod {
        let start: Int
        let offset: Int
        let name: String
    }

    /// The periods of each name, by start; empty if the file cannot be read.
    private let namePeriods: [NamePeriod]

    /// Reads the abbreviations of a zone with a well-formed name.
    init(zone: String) {
        let file = FileManager.default.contents(atPath: "/usr/share/zoneinfo/\(zone)") ?? Data()
        self.init(file: [UInt8](file))
    }

    /// Reads the abbreviations from the bytes of a file.
    init(file: [UInt8]) {
        namePeriods = ZoneAbbreviations.namePeriods(file) ?? []
    }

    /// Returns the abbreviation at an instant at which the zone has the given offset.
    ///
    /// The offset has precedence over the period. A file may end before the instant; then the last name with that
    /// offset applies.
    func abbreviation(at second: Int, offset: Int) -> String? {
        let matching = namePeriods.filter { $0.offset == offset }
        return (matching.last { $0.start <= second } ?? matching.last)?.name
    }
}

extension ZoneAbbreviations {
    /// Returns the name periods in a file; `nil` if its format is not valid.
    ///
    /// A file has two copies of header and data. The first has 32-bit times for old readers; the second one is read.
    private static func namePeriods(_ file: [UInt8]) -> [NamePeriod]? {
        guard let old = Header(file, at: 0), let header = Header(file, at: old.end(timeSize: 4)) else { return nil }
        let indices = header.start + header.timeCount * 8
        let types = indices + header.timeCount
        let names = types + header.typeCount * 6
        guard names + header.characterCount <= file.count, header.typeCount > 0 else { return nil }

        func period(from start: Int, type: Int) -> NamePeriod? {
            let record = types + type * 6
            guard type < header.typeCount, Int(file[record + 5]) < header.characterCount else { return nil }
            let name = file[(names + Int(file[record + 5]))..<(names + header.characterCount)].prefix { $0 != 0 }
            return NamePeriod(
                start: start, offset: integer(file, at: record, size: 4), name: String(decoding: name, as: UTF8.self))
        }

        let changes = (0..<header.timeCount).map { index in
            period(from: integer(file, at: header.start + index * 8, size: 8), type: Int(file[indices + index]))
        }
        return ([period(from: .min, type: 0)] + changes).compactMap(\.self)
    }

    /// Returns a signed big-endian integer.
    private static func integer(_ file: [UInt8], at position: Int, size: Int) -> Int {
        let bits = file[position..<(position + size)].reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        let unused = 64 - size * 8
        return Int(Int64(bitPattern: bits << unused) >> unused)
    }

    private struct Header {
        /// The position of the data.
        let start: Int
        let timeCount: Int
        let typeCount: Int
        let characterCount: Int
        private let leapCount: Int
        private let indicatorCount: Int

        init?(_ file: [UInt8], at position: Int) {
            guard position + 44 <= file.count, file[position...].starts(with: "TZif".utf8) else { return nil }
            let counts = (0..<6).map { integer(file, at: position + 20 + $0 * 4, size: 4) }
            guard counts.allSatisfy({ (0...100_000).contains($0) }) else { return nil }
            start = position + 44
            indicatorCount = counts[0] + counts[1]
            leapCount = counts[2]
            timeCount = counts[3]
            typeCount = counts[4]
            characterCount = counts[5]
        }

        func end(timeSize: Int) -> Int {
            start + timeCount * (timeSize + 1) + typeCount * 6 + characterCount + leapCount * (timeSize + 4)
                + indicatorCount
        }
    }
}
