extension String {
    /// This text with every e-mail address as `<...>` and every phone number as `+...`, for use in logs.
    public var maskingContacts: String {
        split(separator: " ", omittingEmptySubsequences: false).map { $0.contains("@") ? "<...>" : String($0) }
            .joined(separator: " ").maskingPhoneNumbers
    }

    /// This text with every phone number as `+...`.
    ///
    /// Status codes, host addresses, dates and times are kept.
    private var maskingPhoneNumbers: String {
        var (masked, rest) = ("", self[...])
        var last: (previous: Character?, final: Character?) = (nil, nil)
        while let first = rest.first {
            if PhoneNumberPattern.canBegin(with: first, after: last.final, last.previous),
                let end = PhoneNumberPattern.end(in: rest)
            {
                masked += "+..."
                last = (nil, nil)
                rest = rest[end...]
            } else {
                masked.append(first)
                last = (last.final, first)
                rest.removeFirst()
            }
        }
        return masked
    }
}

/// The patterns of phone numbers, as people and servers write them.
///
/// A number is not followed by a letter or digit, except an extension, nor by a separator and a digit.
private enum PhoneNumberPattern {
    /// Returns whether a number can begin here: not within a word, a number, a date or a host address.
    static func canBegin(with first: Character, after last: Character?, _ previous: Character?) -> Bool {
        if first == "+" { return true }
        guard first == "(" || first.isNumber, let last else { return first == "(" || first.isNumber }
        let isInside = ".-/".contains(last) && previous?.isNumber == true
        return !last.isLetter && !last.isNumber && !isInside
    }

    /// Returns the end of the number at the beginning of a text, or `nil` without one.
    static func end(in text: Substring) -> String.Index? {
        guard text.prefixMatch(of: date) == nil, text.prefixMatch(of: hostAddress) == nil else { return nil }
        return
            (text.prefixMatch(of: northAmerican) ?? text.prefixMatch(of: international)
            ?? text.prefixMatch(of: withTrunkPrefix) ?? text.prefixMatch(of: threeByThree)
            ?? text.prefixMatch(of: unbroken))?.range.upperBound
    }

    private typealias Form = Regex<Substring>

    /// Matches +1 (415) 555-0134, 415.555.0134, 415-555-0134x12.
    private static var northAmerican: Form {
        #/
        (?:\+?1[\s.\p{Pd}·•]{0,2})? (?:\(\d{3}\)\s?|\d{3}[\s.\p{Pd}·•\/]) \d{3} [\s.\p{Pd}·•] \d{4}
        (?:\s?(?:x|ext\.?)\s?\d{1,6})?
        (?![\p{L}\d]|[.\p{Pd}\/:]\d)
        /#
    }

    /// Matches +44 (0)20 7946 0958; at least seven digits.
    private static var international: Form {
        #/
        (?=\+(?:\D{0,3}\d){7}) \+[1-9]\d{0,2} (?:\s?\(0\))? (?:[\s.\p{Pd}·•()\/]{0,3}\d{2,12}){1,6}
        (?![\p{L}\d]|[.\p{Pd}\/:]\d)
        /#
    }

    /// Matches 020 7946 0958, (030) 1234567, 01.42.68.53.00; at least eight digits.
    private static var withTrunkPrefix: Form {
        #/
        (?=(?:\D{0,2}\d){8}) \(?0\d{1,5}\)? (?:[\s.\p{Pd}·•\/]{0,2}\d{2,10}){1,5}
        (?![\p{L}\d]|[.\p{Pd}\/:]\d)
        /#
    }

    /// Matches 612 345 678; the first digit excludes server codes, which begin with 2 to 5.
    private static var threeByThree: Form {
        #/[6-9]\d{2}[\s.\p{Pd}]\d{3}[\s.\p{Pd}]\d{3}(?![\p{L}\d]|[.\p{Pd}\/:]\d)/#
    }

    /// Matches 4155550134, 4155-550134.
    private static var unbroken: Form {
        #/\d(?:[\p{Pd}()\/]{0,2}\d){7,}(?![\p{L}\d]|[.\p{Pd}\/:]\d)/#
    }

    /// Matches 2026-11-30, 30.11.2026, 05 10 2026.
    private static var date: Form {
        #/(?:\d{4}[\-\/.]\d{1,2}[\-\/.]\d{1,2}|\d{1,2}[\-\/.\ ]\d{1,2}[\-\/.\ ]\d{4})(?!\d)/#
    }

    /// Matches 192.168.100.200.
    private static var hostAddress: Form {
        #/\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?![\d.])/#
    }
}
