import CDomainName

/// Domain names as mail servers know them.
enum DomainName {
    /// The ASCII form of a domain name that has other characters in it, such as `xn--mnchen-3ya.example`.
    ///
    /// - Parameter text: A domain name.
    /// - Returns: The name in small letters, with `xn--` labels (UTS #46, non-transitional); `nil` where it is not valid.
    static func ascii(_ text: Substring) -> String? {
        var name = text
        let ascii = String(unsafeUninitializedCapacity: 256) { buffer in
            buffer.withMemoryRebound(to: CChar.self) { out in
                name.withUTF8 { bytes in
                    bytes.withMemoryRebound(to: CChar.self) {
                        cdomain_ascii($0.baseAddress, $0.count, out.baseAddress, out.count)
                    }
                }
            }
        }
        return ascii.isEmpty ? nil : ascii
    }
}
