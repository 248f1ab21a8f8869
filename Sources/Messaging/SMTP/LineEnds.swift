extension [UInt8] {
    /// These octets with every line end as CRLF, which is all that SMTP allows (RFC 5321 section 2.3.8).
    var withCRLFLineEnds: [UInt8] {
        let (cr, lf) = (UInt8(ascii: "\r"), UInt8(ascii: "\n"))
        guard !hasOnlyCRLFLineEnds else { return self }
        var normal: [UInt8] = []
        normal.reserveCapacity(count)
        var previous: UInt8?
        for octet in self {
            switch octet {
            case lf where previous == cr: break
            case lf, cr:
                normal.append(cr)
                normal.append(lf)
            default: normal.append(octet)
            }
            previous = octet
        }
        return normal
    }

    /// Whether there is nothing to do, as with every message of our own.
    private var hasOnlyCRLFLineEnds: Bool {
        let (cr, lf) = (UInt8(ascii: "\r"), UInt8(ascii: "\n"))
        var previous: UInt8 = 0
        for octet in self {
            if (octet == lf) != (previous == cr) { return false }
            previous = octet
        }
        return previous != cr
    }
}
