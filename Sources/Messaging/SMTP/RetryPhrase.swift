/// The words of a reply, searched for a time to wait.
struct RetryPhrase {
    /// Words after which a time is a time to wait.
    private static let openings: Set<String> = [
        "again", "allow", "attempt", "available", "back", "blocked", "defer", "deferral", "deferred", "delay",
        "delayed", "expires", "graylisted", "graylisting", "greylist", "greylisted", "greylisting", "later",
        "limited", "postponed", "reconnect", "resend", "resubmit", "retry", "retry-after", "retrying", "return",
        "suspended", "throttled", "wait",
    ]
    /// Words that may stand between those and the time.
    private static let fillers: Set<String> = [
        "about", "after", "an", "another", "approx", "approximately", "around", "at", "attempt", "by", "delivery",
        "effect", "for", "in", "is", "least", "minimum", "next", "of", "once", "please", "than", "the", "time", "until",
        "up", "to", "within", "you", "your", "~", "-",
    ]
    private static let numerals = [
        "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "ten": 10, "fifteen": 15, "twenty": 20,
        "thirty": 30, "sixty": 60,
    ]

    private let words: [String]

    init(_ reply: String) {
        words = reply.lowercased().split { $0.isWhitespace || "()[]{}<>,;=\"'!?".contains($0) }
            .map { $0.trimming(":.") }.filter { !$0.isEmpty }
    }

    /// The first time to wait, in seconds.
    var seconds: Int? {
        for index in words.indices.dropFirst() {
            guard let opening = opening(before: index) else { continue }
            if let seconds = clockTime(at: index, after: opening) ?? duration(at: index) { return seconds }
            if words[opening] == "retry-after", let seconds = Self.count(words[index]) { return seconds }
        }
        return compactTimeOfDeferral
    }

    /// Where the word is that makes a time at this place a time to wait.
    private func opening(before index: Int) -> Int? {
        let previous = words[..<index].lastIndex { !Self.fillers.contains($0) && !Self.isStatusCode($0) }
        return previous.flatMap { Self.openings.contains(words[$0]) ? $0 : nil }
    }

    /// A number of units, or several together: `300 seconds`, `1 hour 30 minutes`, `4m59s`.
    private func duration(at start: Int) -> Int? {
        var (index, total) = (start, 0)
        while index < words.endIndex {
            if let seconds = Self.compactTime(words[index]) {
                total += seconds
                index += 1
            } else if let count = Self.count(words[index]), index + 1 < words.endIndex,
                let unit = Self.unit(words[index + 1])
            {
                total += count * unit
                index += 2
            } else if words[index] == "and", total > 0 {
                index += 1
            } else {
                break
            }
        }
        return index > start ? total : nil
    }

    /// `00:04:59`, but not behind a word that would make it a time of day.
    private func clockTime(at index: Int, after opening: Int) -> Int? {
        let isTimeOfDay = words[opening..<index].contains { ["at", "after", "until"].contains($0) }
        let fields = words[index].split(separator: ":", omittingEmptySubsequences: false)
        guard !isTimeOfDay, fields.count == 3, fields.allSatisfy({ $0.count == 2 }) else { return nil }
        let numbers = fields.compactMap { Self.count(String($0)) }
        guard numbers.count == 3, numbers[1] < 60, numbers[2] < 60 else { return nil }
        return (numbers[0] * 60 + numbers[1]) * 60 + numbers[2]
    }

    /// `deferred due to load, 10m`: said anywhere behind the word, since nothing else is written so.
    private var compactTimeOfDeferral: Int? {
        guard let deferral = words.firstIndex(where: { $0.hasPrefix("defer") }) else { return nil }
        return words[deferral...].lazy.compactMap(Self.compactTime).first
    }

    /// `10m`, `300s`, `5min`, `1h30m`.
    private static func compactTime(_ word: String) -> Int? {
        var (rest, total) = (word[...], 0)
        while !rest.isEmpty {
            let digits = rest.prefix(while: \.isASCIIDigit)
            let letters = rest.dropFirst(digits.count).prefix { !$0.isASCIIDigit }
            guard let count = count(String(digits)), let unit = unit(String(letters)) else { return nil }
            total += count * unit
            rest = rest[letters.endIndex...]
        }
        return total
    }

    /// A number, or the greater of `5-10`; one of more than six digits is an id.
    private static func count(_ word: String) -> Int? {
        if let numeral = numerals[word] { return numeral }
        let sides = word.split(separator: "-", omittingEmptySubsequences: false)
        let numbers = sides.compactMap { $0.count <= 6 && $0.allSatisfy(\.isASCIIDigit) ? Int($0) : nil }
        return sides.count <= 2 && numbers.count == sides.count ? numbers.max() : nil
    }

    private static func unit(_ word: String) -> Int? {
        switch word {
        case "s", "sec", "secs", "second", "seconds": 1
        case "m", "min", "mins", "minute", "minutes": 60
        case "h", "hr", "hrs", "hour", "hours": 3600
        case "d", "day", "days": 86400
        default: nil
        }
    }

    /// `4.7.1`, which begins each line of a reply that has several.
    private static func isStatusCode(_ word: String) -> Bool {
        let numbers = word.split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count == 3 && numbers.allSatisfy { !$0.isEmpty && $0.allSatisfy(\.isASCIIDigit) }
    }
}

extension Character {
    fileprivate var isASCIIDigit: Bool { isASCII && isWholeNumber }
}

extension Substring {
    fileprivate func trimming(_ marks: String) -> String {
        let start = drop { marks.contains($0) }
        return String(start.reversed().drop { marks.contains($0) }.reversed())
    }
}
