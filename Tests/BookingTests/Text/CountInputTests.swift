import Booking
import Testing

@Suite("Numbers of things as people type them")
struct CountInputTests {
    @Test(
        "digits are a number, spaces around them or not", arguments: [("1", 1), ("1000", 1000), (" 7 ", 7), ("007", 7)])
    func reads(text: String, number: Int) throws {
        #expect(try CountInput.number(text, in: 1...1000) == number)
    }

    @Test(
        "what is no whole number in range is refused, with the reason",
        arguments: [
            ("", "not a whole number"), ("-", "not a whole number"), ("one", "not a whole number"),
            ("1.5", "not a whole number"), ("+1", "not a whole number"), ("1e3", "not a whole number"),
            ("１", "not a whole number"), ("1\n", "not a whole number"),
            ("0", "too small"), ("-1", "too small"), ("-99999999999999999999", "too small"),
            ("1001", "too large"), ("99999999999999999999", "too large"),
        ])
    func refuses(text: String, problem: String) {
        #expect { try CountInput.number(text, field: "--stations", in: 1...1000) } throws: { error in
            guard let error = error as? InvalidInput else { return false }
            return error.field == "--stations" && error.problem.contains(problem)
                && error.hint == "write a whole number from 1 to 1000"
        }
    }
}
