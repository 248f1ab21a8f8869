// The standard library normalises for its own string comparison and offers the result only as SPI; the public way is the
// whole of Foundation, whose loading each start of the command line would pay for.
@_spi(_Unicode) import Swift

extension String {
    /// The text in Unicode Normalization Form C, so that one name has one spelling in bytes as well.
    var composed: String {
        guard !utf8.allSatisfy({ $0 < 0x80 }) else { return self }
        var scalars = UnicodeScalarView()
        scalars.append(contentsOf: _nfc)
        return String(scalars)
    }
}
