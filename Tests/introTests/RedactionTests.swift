import Testing

@testable import intro

@Suite("redaction of passwords")
struct RedactionTests {
    @Test(
        "replaces the password in a connection string or URL",
        arguments: [
            ("postgresql://ana:s3cret@db/intro", "postgresql://ana:…@db/intro"),
            ("postgresql://:s3cret@db", "postgresql://:…@db"),
            ("postgresql://ana:s3/cr@et@db/intro", "postgresql://ana:…@db/intro"),
            ("postgresql://ana@db:5432/intro", "postgresql://ana@db:5432/intro"),
            ("postgresql://db/intro?user=ana&password=s3cret&x=y", "postgresql://db/intro?user=ana&password=…&x=y"),
            ("postgresql://db/intro?sslpassword=s3cret", "postgresql://db/intro?sslpassword=…"),
            ("host=db password=s3cret user=ana", "host=db password=… user=ana"),
            (#"host=db password = 's3 \'cret' user=ana"#, "host=db password = … user=ana"),
            ("smtps://ana%40example.com:s3cret@mail.example.com", "smtps://ana%40example.com:…@mail.example.com"),
            ("file:///var/lib/intro/outbox", "file:///var/lib/intro/outbox"),
        ]
    )
    func redaction(text: String, expected: String) {
        #expect(redacted(text) == expected)
    }
}
