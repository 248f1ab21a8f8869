import FoundationEssentials
import FoundationInternationalization

/// The names of time zones, and which of them somebody may have meant.
enum ZoneNames {
    /// Whether a name has the form `Area/Location`, so that it names a place rather than an offset.
    static func isWellFormed(_ name: String) -> Bool {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        return (2...3).contains(parts.count)
            && parts.allSatisfy { part in
                part.utf8.first?.isASCIILetter == true
                    && part.utf8.allSatisfy { $0.isASCIILetterOrDigit || "_-+".utf8.contains($0) }
            }
    }

    /// What to type instead of an unknown name: up to three near ones.
    static func hint(for name: String) -> String {
        let near = near(name)
        return near.isEmpty
            ? "write a name of the IANA database, like America/Los_Angeles"
            : "did you mean \(near.joined(separator: ", "))?"
    }

    /// Up to three known names, the nearest first.
    static func near(_ name: String) -> [String] {
        // Nobody means a zone by a longer text, and the comparison is quadratic.
        guard (2...40).contains(name.utf8.count) else { return [] }
        if let place = TimeZone.abbreviationDictionary[name.uppercased()] { return [place] }
        let typed = name.lowercased().replacing(" ", with: "_")
        let scored = known.map { (name: $0, distance: distance(typed, $0.lowercased())) }
        return scored.filter { $0.distance <= max(1, typed.utf8.count / 3) }
            .sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }
            .prefix(3).map(\.name)
    }

    /// Foundation lists some zones by a name that the database has since replaced; people type the new one.
    private static var known: Set<String> {
        let renamed = [
            "America/Argentina/Buenos_Aires", "America/Nuuk", "Asia/Ho_Chi_Minh", "Asia/Kathmandu", "Asia/Kolkata",
            "Asia/Yangon", "Europe/Kyiv", "UTC",
        ]
        return Set(TimeZone.knownTimeZoneIdentifiers).union(renamed).filter { $0 == "UTC" || isWellFormed($0) }
    }

    /// How far a typed name is from a zone's: from its location alone where no area was typed.
    private static func distance(_ typed: String, _ zone: String) -> Int {
        let whole = edits(Array(typed.utf8), Array(zone.utf8))
        guard !typed.contains("/"), let location = zone.split(separator: "/").last else { return whole }
        return min(whole, edits(Array(typed.utf8), Array(location.utf8)))
    }

    /// The Levenshtein distance: how many letters must be added, dropped or replaced.
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

/// What a zone's clocks are called over the years (`PST`, `PDT`), from the system's time zone database.
///
/// Foundation's own abbreviations follow a language and say `GMT-8` where people say PST. The file format is RFC 9636; of
/// it only the names are read, never the rules: what the clock shows stays Foundation's word.
struct ZoneAbbreviations: Sendable {
    private struct NamePeriod {
        let start: Int
        let offset: Int
        let name: String
    }

    /// In the order of their beginning; empty where the file cannot be read.
    private let namePeriods: [NamePeriod]

    /// Reads the names of a zone, whose name is well formed.
    init(zone: String) {
        let file = FileManager.default.contents(atPath: "/usr/share/zoneinfo/\(zone)") ?? Data()
        self.init(file: [UInt8](file))
    }

    /// Reads the names from a file's bytes.
    init(file: [UInt8]) {
        namePeriods = ZoneAbbreviations.namePeriods(file) ?? []
    }

    /// The name in use at an instant at which the zone has that offset.
    ///
    /// The offset leads, since a file may end before the instant does: the last name that went with it still holds.
    func abbreviation(at second: Int, offset: Int) -> String? {
        let matching = namePeriods.filter { $0.offset == offset }
        return (matching.last { $0.start <= second } ?? matching.last)?.name
    }
}

extension ZoneAbbreviations {
    /// Header and data come twice, first with 32-bit times for old readers; the second copy is the one to read.
    private static func namePeriods(_ file: [UInt8]) -> [NamePeriod]? {
        guard let old = Header(file, at: 0), let header = Header(file, at: old.end(timeSize: 4)) else { return nil }
        let indices = header.start + header.timeCount * 8
        let types = indices + header.timeCount
        let names = types + header.typeCount * 6
        guard names + header.characterCount <= file.count, header.typeCount > 0 else { return nil }

        func era(from start: Int, type: Int) -> NamePeriod? {
            let record = types + type * 6
            guard type < header.typeCount, Int(file[record + 5]) < header.characterCount else { return nil }
            let name = file[(names + Int(file[record + 5]))..<(names + header.characterCount)].prefix { $0 != 0 }
            return NamePeriod(
                start: start, offset: integer(file, at: record, size: 4), name: String(decoding: name, as: UTF8.self))
        }

        let changes = (0..<header.timeCount).map { index in
            era(from: integer(file, at: header.start + index * 8, size: 8), type: Int(file[indices + index]))
        }
        return ([era(from: .min, type: 0)] + changes).compactMap(\.self)
    }

    /// A signed big-endian integer.
    private static func integer(_ file: [UInt8], at position: Int, size: Int) -> Int {
        let bits = file[position..<(position + size)].reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        let unused = 64 - size * 8
        return Int(Int64(bitPattern: bits << unused) >> unused)
    }

    private struct Header {
        /// Where the data begin.
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
