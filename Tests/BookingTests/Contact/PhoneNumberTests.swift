import Booking
import Testing

@Suite("Phone numbers")
struct PhoneNumberTests {
    let us: Region

    init() throws {
        us = try Region("US")
    }

    @Test(
        "reads different formats of a number as the same number",
        arguments: [
            "(415) 555-0100", "+1 415 555 0100", "415.555.0100", "4155550100", "1-415-555-0100", " 415/555-0100 ",
            "415\u{A0}555\u{2011}0100", "011 1 415 555 0100", "٤١٥ ٥٥٥ ٠١٠٠", "00 1 415 555 0100",
            "\u{202D}+1 (415) 555-0100\u{202C}", "\u{200E}415\u{2060}-555-0100\u{200F}", "\u{FEFF}4155550100",
            "\u{2066}415 555 0100\u{2069}", "＋１ （４１５） ５５５－０１００", "﹢1 415 555 0100", "415•555•0100", "415·555·0100",
            "415\u{2212}555\u{2014}0100", "415\u{3000}555\u{2009}0100",
        ])
    func readsOneNumber(text: String) throws {
        #expect(try PhoneNumber(text, region: us).e164 == "+14155550100")
    }

    @Test(
        "reads a number by the numbering plan of its region or of its country code",
        arguments: [
            ("020 7946 0958", "GB", "+442079460958"), ("+44 (0)20 7946 0958", "US", "+442079460958"),
            ("030 901820", "DE", "+4930901820"), ("02 1234567", "IT", "+39021234567"),
            ("098765 43210", "IN", "+919876543210"), ("+54 9 11 15 2345-6789", "US", "+5491123456789"),
            ("0044 20 7946 0958", "US", "+442079460958"), ("011 15-2345-6789", "AR", "+5491123456789"),
        ])
    func readsByRegion(text: String, region: String, e164: String) throws {
        #expect(try PhoneNumber(text, region: Region(region)).e164 == e164)
    }

    @Test("accepts an area code that is newer than the metadata")
    func acceptsNewAreaCodes() throws {
        #expect(try PhoneNumber("748 555 0100", region: us).e164 == "+17485550100")
    }

    @Test(
        "rejects text that is not a full number, with the reason",
        arguments: [
            ("", "is empty"), ("555-0100", "has no area code"), ("911", "is too short"),
            ("415 555 01000 0000", "is too long"),
            ("115 555 0100", "is not a phone number"), ("415 155 0100", "is not a phone number"),
            ("1-800-FLOWERS", "letters"), ("415 555 0100 x12", "extension"), ("call me", "letters"),
            ("+999 123 456 789", "unknown country code"), ("415 555 0100\n", "no phone number has"),
            ("415\0555 0100", "no phone number has"), ("415 555 0100;12", "no phone number has"),
            ("\u{202E}415 555 0100", "no phone number has"), ("+", "is not a phone number"),
        ])
    func refuses(typed: EscapedInput, problem: String) {
        let text = typed.text
        #expect { try PhoneNumber(text, region: us) } throws: { error in
            guard let error = error as? InvalidInput else { return false }
            return error.field == "phone" && error.problem.contains(problem)
                && !error.description.contains("4155550100")
        }
    }

    @Test("rejects hostile text", arguments: HostileText.all)
    func refusesHostileText(typed: EscapedInput) {
        let text = typed.text
        #expect(throws: InvalidInput.self) { try PhoneNumber(text, region: us) }
        #expect(throws: InvalidInput.self) { try PhoneNumber(e164: text) }
        #expect(throws: InvalidInput.self) { try Region(text) }
    }

    @Test("accepts a stored number by its form only", arguments: ["+14155550100", "+6834000", "+442079460958"])
    func readsStoredNumbers(text: String) throws {
        #expect(try PhoneNumber(e164: text).e164 == text)
    }

    @Test(
        "rejects a stored number that is not in E.164 form",
        arguments: [
            "14155550100", "+1 415 555 0100", "+04155550100", "+123456", "+1234567890123456", "+1415555010a", "+",
        ])
    func refusesOtherForms(text: String) {
        #expect(throws: InvalidInput.self) { try PhoneNumber(e164: text) }
    }

    @Test("displays a number in the international format of its country")
    func displays() throws {
        #expect(try PhoneNumber(e164: "+14155550100").display == "+1 415-555-0100")
        #expect(try PhoneNumber(e164: "+442079460958").display == "+44 20 7946 0958")
        #expect(try PhoneNumber(e164: "+99912345678").display == "+99912345678")
    }

    @Test("accepts a region of two letters with a known numbering plan only")
    func readsRegions() throws {
        #expect(try Region(" us ").code == "US")
        for text in ["ZZ", "001", "USA", "U", "1A", "U\0"] {
            #expect(throws: InvalidInput.self) { try Region(text) }
        }
    }

    @Test("reads numbers in concurrent tasks")
    func readsConcurrently() async throws {
        let region = us
        try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<16 {
                group.addTask {
                    var last = ""
                    for _ in 0..<20 { last = try PhoneNumber("(415) 555-0100", region: region).display }
                    return last
                }
            }
            for try await shown in group { #expect(shown == "+1 415-555-0100") }
        }
    }

    @Test("accepts a stored region by its form only")
    func readsStoredRegions() throws {
        #expect(try Region(stored: "US") == Region("us"))
        for text in ["", "us", "USA", "U1", "\u{00DC}S"] {
            #expect(throws: InvalidInput.self) { try Region(stored: text) }
        }
    }
}
