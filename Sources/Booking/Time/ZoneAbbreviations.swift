import FoundationEssentials

/// What a zone's clocks are called over the years (`PST`, `PDT`), from the system's time zone database.
///
/// Foundation's own abbreviations follow a language and say `GMT-8` where people say PST. The file format is RFC 9636; of
/// it only the names are read, never the rules: what the clock shows stays Foundation's word.
struct ZoneAbbreviations: Sendable {
    private struct Era {
        let start: Int
        let offset: Int
        let name: String
    }

    /// In the order of their beginning; empty where the file cannot be read.
    private let eras: [Era]

    /// Reads the names of a zone, whose name is well formed.
    init(zone: String) {
        let file = FileManager.default.contents(atPath: "/usr/share/zoneinfo/\(zone)") ?? Data()
        self.init(file: [UInt8](file))
    }

    /// Reads the names from a file's bytes.
    init(file: [UInt8]) {
        eras = ZoneAbbreviations.eras(file) ?? []
    }

    /// The name in use at an instant at which the zone has that offset.
    ///
    /// The offset leads, since a file may end before the instant does: the last name that went with it still holds.
    func abbreviation(at second: Int, offset: Int) -> String? {
        let matching = eras.filter { $0.offset == offset }
        return (matching.last { $0.start <= second } ?? matching.last)?.name
    }
}

extension ZoneAbbreviations {
    /// Header and data come twice, first with 32-bit times for old readers; the second copy is the one to read.
    private static func eras(_ file: [UInt8]) -> [Era]? {
        guard let old = Header(file, at: 0), let header = Header(file, at: old.end(timeSize: 4)) else { return nil }
        let indices = header.start + header.timeCount * 8
        let types = indices + header.timeCount
        let names = types + header.typeCount * 6
        guard names + header.characterCount <= file.count, header.typeCount > 0 else { return nil }

        func era(from start: Int, type: Int) -> Era? {
            let record = types + type * 6
            guard type < header.typeCount, Int(file[record + 5]) < header.characterCount else { return nil }
            let name = file[(names + Int(file[record + 5]))..<(names + header.characterCount)].prefix { $0 != 0 }
            return Era(
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
