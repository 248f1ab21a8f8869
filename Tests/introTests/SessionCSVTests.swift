import Testing

@testable import intro

@Suite("CSV export of sessions")
struct SessionCSVTests {
    @Test(
        "escapes formulas after any cell separator, and keeps phone numbers unchanged",
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
