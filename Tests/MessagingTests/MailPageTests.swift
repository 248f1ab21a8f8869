import MessagingTesting
import Testing

@Suite("Checks of mail pages", .enabled(if: InstalledPrograms.python != nil, "python3 is missing"))
struct MailPageTests {
    private static func page(
        _ content: String, head: String = colors + viewport, style: String = "overflow-wrap:anywhere"
    ) -> String {
        "<!DOCTYPE html><html lang=en><head>\(head)</head><body style=\"\(style)\">\(content)</body></html>"
    }

    private static let viewport = #"<meta name="viewport" content="width=device-width, initial-scale=1">"#
    private static let colors = #"""
        <meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">
        """#

    @Test(
        "a correct page has no faults",
        arguments: [
            "<p style=\"margin:0 0 16px\">Hi</p>", "<div style=\"max-width:480px;width:100%\">Hi</div>",
            "<a href=\"tel:+1\" style=\"color:inherit\">Call</a>", "<td style=\"border:1px solid #888\">Hi</td>",
            "<p style=\"color:#ffffff;background-color:#205080\">Hi</p>", "<p style=\"font:16px/1.5 Arial\">Hi</p>",
        ])
    func plain(content: String) throws {
        #expect(try MailPage.faults(in: [Self.page(content)]) == [[]])
    }

    private static let faulty: [(String, String)] = [
        ("<img src=\"https://x.test/a.png\">", "a tag img"), ("<style>p{color:red}</style>", "a tag style"),
        ("<td background=\"a.png\">x</td>", "an attribute background"),
        ("<p style=\"background:url(a.png)\">x</p>", "a picture in background"),
        ("<table width=600><tr><td>x</table>", "wider than the screen: 600"),
        ("<div style=\"WIDTH: 321px\">x</div>", "wider than the screen: 321px"),
        ("<div style=\"min-width:480px\">x</div>", "wider than the screen: 480px"),
        ("<p style=\"white-space:nowrap\">x</p>", "does not flow: white-space"),
        ("<p style=\"font-size:11px\">x</p>", "too small to read: 11px"),
        ("<p style=\"color:#000\">x</p>", "a color on a background that is not ours"),
        ("<p style=\"background:#fff\">x</p>", "a color on a background that is not ours"),
        ("<p style=\"color:#777777;background:#888\">x</p>", "too little contrast"),
        ("<td style=\"border:1px solid #eee\">x</td>", "a line that light or dark hides: #eee"),
        ("<td style=\"border-top:1px solid #222222\">x</td>", "a line that light or dark hides: #222222"),
    ]

    @Test("finds each fault", arguments: faulty)
    func faults(content: String, fault: String) throws {
        #expect(try MailPage.faults(in: [Self.page(content)])[0].contains(fault))
    }

    @Test("requires language, viewport, color schemes and wrapping of long words")
    func frame() throws {
        let pages = [
            Self.page("x", head: Self.colors), Self.page("x", head: Self.viewport), Self.page("x", style: "margin:0"),
            "<p>x</p>",
        ]
        #expect(
            try MailPage.faults(in: pages) == [
                ["no viewport of the device's width"], ["no color-scheme", "no supported-color-schemes"],
                ["long words do not wrap"],
                [
                    "no language", "no viewport of the device's width", "no color-scheme", "no supported-color-schemes",
                    "long words do not wrap",
                ],
            ])
    }
}
