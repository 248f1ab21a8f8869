import Testing

@testable import Jobs

@Suite("Cron parsing")
struct CronParsingTests {
    @Test(
        "a field matches the values that crontab(5) defines",
        arguments: [
            ("*", Array(0...59)), ("7", [7]), ("07", [7]), ("0,30", [0, 30]), ("30,0,30", [0, 30]),
            ("10-13", [10, 11, 12, 13]),
            ("10-10", [10]), ("*/15", [0, 15, 30, 45]), ("*/60", [0]), ("10-50/20", [10, 30, 50]),
            ("10-49/20", [10, 30]),
            ("5/15", [5, 20, 35, 50]), ("59/2", [59]), ("1,10-12,*/30", [0, 1, 10, 11, 12, 30]),
            ("0-59", Array(0...59)),
        ])
    func readsMinutes(text: String, values: [Int]) throws {
        #expect(try Cron("\(text) * * * *").minute.values.members == values)
    }

    @Test(
        "names of months and weekdays are case-insensitive, and Sunday is 0 and 7",
        arguments: [
            ("jan", "*", [1], Array(0...6)), ("MAR-May,dec", "*", [3, 4, 5, 12], Array(0...6)),
            ("Jun/3", "*", [6, 9, 12], Array(0...6)), ("*/5", "sun", [1, 6, 11], [0]), ("1-feb", "7", [1, 2], [0]),
            ("*", "0", Array(1...12), [0]), ("*", "SUN-Tue", Array(1...12), [0, 1, 2]),
            ("*", "fri-7", Array(1...12), [0, 5, 6]), ("*", "sat-sun", Array(1...12), [0, 6]),
            ("*", "mon-fri/2", Array(1...12), [1, 3, 5]), ("*", "0-7", Array(1...12), Array(0...6)),
            ("*", "sun-sun", Array(1...12), [0]), ("*", "5/1", Array(1...12), [0, 5, 6]),
            ("*", "*/2", Array(1...12), [0, 2, 4, 6]), ("*", "sat,0,wed", Array(1...12), [0, 3, 6]),
        ])
    func readsNames(month: String, dayOfWeek: String, months: [Int], daysOfWeek: [Int]) throws {
        let cron = try Cron("0 0 1 \(month) \(dayOfWeek)")
        #expect(cron.month.values.members == months)
        #expect(cron.dayOfWeek.values.members == daysOfWeek)
    }

    @Test(
        "a nickname equals its five fields, in any case",
        arguments: [
            ("@hourly", "0 * * * *"), ("@daily", "0 0 * * *"), ("@midnight", "0 0 * * *"), ("@Weekly", "0 0 * * 0"),
            ("@monthly", "0 0 1 * *"), ("@YEARLY", "0 0 1 1 *"), (" @annually ", "0 0 1 1 *"),
        ])
    func readsNicknames(nickname: String, fields: String) throws {
        #expect(try Cron(nickname) == Cron(fields))
    }

    @Test("the description has one space between fields, and parses to an equal entry")
    func writesBack() throws {
        let cron = try Cron("\t*/5  8-18 *\t* Mon-FRI ")
        #expect(cron.description == "*/5 8-18 * * Mon-FRI")
        #expect(try Cron(cron.description) == cron)
        #expect(try Cron("@daily").description == "@daily")
    }

    @Test("entries are equal if their fields match the same values in the same way")
    func comparesMeaning() throws {
        #expect(try Cron("0,30 0 1 jan 7") == Cron("0/30 00 1 1 sun"))
        #expect(try Set([Cron("@weekly"), Cron("0 0 * * sun"), Cron("0 0 * * 7")]).count == 1)
        #expect(try Cron("* * * * *") != Cron("0-59 * * * *"))
        #expect(try Cron("0 0 * * *") != Cron("0 1 * * *"))
    }

    @Test(
        "an entry is a fixed time if neither minute nor hour begins with a star",
        arguments: [
            ("0 0 * * *", true), ("0,30 1-3 * * *", true), ("0-59 0-23 * * *", true), ("5/15 2 * * *", true),
            ("@daily", true),
            ("1,*/30 2 * * *", true),
            ("* * * * *", false), ("*/15 2 * * *", false), ("0 */2 * * *", false), ("*/30,1 2 * * *", false),
            ("@hourly", false),
        ])
    func tellsFixedTimes(text: String, isFixed: Bool) throws {
        #expect(try Cron(text).isFixed == isFixed)
    }
}

@Suite("Invalid cron entries")
struct CronRefusalTests {
    @Test(
        "the error of an invalid field names the field and the problem",
        arguments: [
            ("60 * * * *", "minute", #"cannot be "60""#), ("-1 * * * *", "minute", "has a gap"),
            ("+1 * * * *", "minute", #"cannot be "+1""#), ("1.5 * * * *", "minute", #"cannot be "1.5""#),
            ("99999999999999999999 * * * *", "minute", "cannot be"), ("٣ * * * *", "minute", #"cannot be "\u{0663}""#),
            ("1,,2 * * * *", "minute", "has a gap"), ("1, * * * *", "minute", "has a gap"),
            ("5- * * * *", "minute", "has a gap"), ("1-2-3 * * * *", "minute", #"cannot be "2-3""#),
            ("*-5 * * * *", "minute", #"cannot be "*""#), ("** * * * *", "minute", #"cannot be "**""#),
            ("? * * * *", "minute", #"cannot be "?""#), ("mon * * * *", "minute", #"cannot be "mon""#),
            ("* 24 * * *", "hour", #"cannot be "24""#), ("* 8-24 * * *", "hour", #"cannot be "24""#),
            ("* * 0 * *", "day of month", #"cannot be "0""#), ("* * 32 * *", "day of month", #"cannot be "32""#),
            ("* * L * *", "day of month", #"cannot be "L""#), ("* * * 0 *", "month", #"cannot be "0""#),
            ("* * * 13 *", "month", #"cannot be "13""#), ("* * * january *", "month", #"cannot be "january""#),
            ("* * * mon *", "month", #"cannot be "mon""#), ("* * * * 8", "day of week", #"cannot be "8""#),
            ("* * * * jan", "day of week", #"cannot be "jan""#),
            ("* * * * mon#1", "day of week", ##"cannot be "mon#1""##),
            ("*\n * * * *", "minute", #"cannot be "*\n""#),
        ])
    func namesField(text: String, field: String, problem: String) throws {
        let error = try #require(refusal(of: text))
        #expect(error.field == field)
        #expect(error.problem.contains(problem))
        #expect(error.hint == CronUnit(rawValue: field)?.hint)
    }

    @Test(
        "rejects a step below 1 or above the size of the field",
        arguments: [
            ("*/0 * * * *", "minute", "1 to 60"), ("*/61 * * * *", "minute", "1 to 60"),
            ("5-10/ * * * *", "minute", "1 to 60"),
            ("*/-1 * * * *", "minute", "1 to 60"), ("*/2/2 * * * *", "minute", "1 to 60"),
            ("* */25 * * *", "hour", "1 to 24"), ("* * */0 * *", "day of month", "1 to 31"),
            ("* * * jan/x *", "month", "1 to 12"), ("* * * * */00", "day of week", "1 to 7"),
        ])
    func refusesSteps(text: String, field: String, hint: String) throws {
        let error = try #require(refusal(of: text))
        #expect(error.field == field)
        #expect(error.problem.contains("cannot go by steps of"))
        #expect(error.hint.contains(hint))
    }

    @Test(
        "rejects a descending range, and proposes two ascending ones",
        arguments: [
            ("50-10 * * * *", #""50-59,0-10""#), ("0 22-3 * * *", #""22-23,0-3""#), ("0 0 25-5 * *", #""25-31,1-5""#),
            ("0 0 * nov-feb *", #""nov-dec,jan-feb""#), ("0 0 * * fri-mon", #""fri-sat,sun-mon""#),
            ("0 0 * * 5-0", #""5-sat,sun-0""#), ("0 0 * * 6-2/2", #""6-sat,sun-2""#),
        ])
    func refusesBackwardRanges(text: String, proposal: String) throws {
        let error = try #require(refusal(of: text))
        #expect(error.problem.contains("runs backwards"))
        #expect(error.hint.contains(proposal))
        let range = try #require(text.split(separator: " ").first { $0.contains("-") }?.split(separator: "/").first)
        _ = try Cron(text.replacing(range, with: proposal.dropFirst().dropLast()))
    }

    @Test(
        "rejects an entry without exactly five fields or a known nickname",
        arguments: [
            ("", "has 0 fields"), ("   ", "has 0 fields"), ("* * * *", "has 4 fields"), ("0 * * * * *", "has 6 fields"),
            ("30 2 * * * backup", "has 6 fields"), ("@daily backup", "has 2 fields"), ("daily", "has 1 field"),
            ("@reboot", "has no nickname"), ("@", "has no nickname"), ("@every", "has no nickname"),
        ])
    func countsFields(text: String, problem: String) throws {
        let error = try #require(refusal(of: text))
        #expect(error.field == "cron")
        #expect(error.problem.contains(problem))
        #expect(error.hint.contains("@daily"))
    }

    @Test(
        "rejects an entry that never matches",
        arguments: ["0 0 30 2 *", "0 0 31 4,6,9,11 *", "0 0 30,31 feb */2", "0 0 31 2 *,mon"])
    func refusesTheImpossible(text: String) throws {
        let error = try #require(refusal(of: text))
        #expect(error.field == "day of month")
        #expect(error.problem.contains("never comes"))
    }

    @Test(
        "accepts an entry that rarely matches",
        arguments: ["0 0 29 2 *", "0 0 31 2,3 *", "0 0 30 2 mon", "0 0 31 4 1-5", "0 0 29 2 */2", "0 0 */30 2 *"])
    func acceptsTheRare(text: String) {
        #expect(refusal(of: text) == nil)
    }

    @Test("an error is one sentence in three parts, with invalid text escaped and shortened")
    func describesItself() throws {
        #expect(
            refusal(of: "61 * * * *")?.description
                == #"minute cannot be "61"; write 0 to 59, like "5", "0,30", "10-50/20" or "*/15""#)
        let hostile = try #require(refusal(of: "\u{1B}[31m\u{202E}" + String(repeating: "9", count: 10_000)))
        #expect(hostile.description.utf8.count < 300)
        #expect(hostile.description.unicodeScalars.allSatisfy { (0x20...0x7E).contains($0.value) })
    }

    private func refusal(of text: String) -> CronError? {
        do {
            _ = try Cron(text)
            return nil
        } catch {
            return error
        }
    }
}

extension ValueSet {
    var members: [Int] { (0...63).filter(contains) }
}
