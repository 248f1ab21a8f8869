import Testing

@testable import intro

@Suite("CSV for spreadsheets")
struct SessionCSVTests {
    @Test(
        "no part of a field is a formula, whatever separates cells; phone numbers stay as they are",
        arguments: [
            ("Ana", "Ana"), ("=1+1", "'=1+1"), ("@SUM(A1)", "'@SUM(A1)"), ("-2+3", "'-2+3"),
            ("+12135550142", "+12135550142"),
            ("＝1+1", "'＝1+1"), ("Ana;=1+1", "\"Ana;'=1+1\""), ("Ana; =1+1", "\"Ana;' =1+1\""),
            ("a;b;-1", "\"a;b;'-1\""), ("Lima, Ana", "\"Lima, Ana\""), ("a|=b", "a|'=b"),
            ("Ana;\"=1+1\"", "\"Ana;'\"\"=1+1\"\"\""), ("\"=1", "\"'\"\"=1\""), ("a=b", "a=b"),
            ("a-b; c+d", "\"a-b; c+d\""),
        ])
    func formulas(text: String, field: String) {
        #expect(SessionCSV.field(text) == field)
    }
}
