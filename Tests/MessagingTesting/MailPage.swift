/// A check of the HTML of mails, without rendering it.
public enum MailPage {
    /// Returns the faults that make pages unreadable on a narrow screen, in dark mode, or without pictures.
    ///
    /// A color is readable only on a known background, and in dark mode the mail program chooses the background: a
    /// style must set both colors or neither.
    ///
    /// - Parameter pages: Complete pages.
    /// - Returns: The descriptions of the faults of each page.
    /// - Throws: `TestFailure` without Python.
    public static func faults(in pages: [String]) throws -> [[String]] {
        try Python.run(checkScript, on: pages.joined(separator: "\0").utf8)
    }

    private static let checkScript = #"""
        import html.parser, json, re, sys

        FORBIDDEN = {"img", "picture", "svg", "video", "audio", "canvas", "input", "link", "script", "style", "iframe",
                     "object", "embed", "base", "form", "pre"}
        NARROW = 320

        def luminance(color):
            digits = color.lstrip("#")
            digits = "".join(d * 2 for d in digits) if len(digits) == 3 else digits
            parts = [int(digits[i:i + 2], 16) / 255 for i in (0, 2, 4)]
            parts = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
            return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

        def contrast(one, other):
            bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
            return (bright + 0.05) / (dark + 0.05)

        def hex_color(value):
            found = re.search(r"#(?:[0-9a-f]{6}|[0-9a-f]{3})\b", value)
            return found[0] if found else None

        class Page(html.parser.HTMLParser):
            def __init__(self, source):
                super().__init__()
                self.faults, self.metas, self.language, self.wraps = [], {}, None, False
                self.feed(source)
                if not self.language:
                    self.faults.append("no language")
                if "width=device-width" not in self.metas.get("viewport", ""):
                    self.faults.append("no viewport of the device's width")
                for name in ("color-scheme", "supported-color-schemes"):
                    if set(self.metas.get(name, "").split()) != {"light", "dark"}:
                        self.faults.append("no " + name)
                if not self.wraps:
                    self.faults.append("long words do not wrap")

            def handle_starttag(self, tag, attributes):
                given = {name: (value or "").strip().lower() for name, value in attributes}
                if tag in FORBIDDEN:
                    self.faults.append("a tag " + tag)
                if tag == "meta":
                    self.metas[given.get("name", "charset")] = given.get("content", "")
                if tag == "html":
                    self.language = given.get("lang")
                for name in ("background", "bgcolor", "color", "src", "srcset", "nowrap", "class", "onclick"):
                    if name in given:
                        self.faults.append("an attribute " + name)
                if given.get("width", "").isdigit() and int(given["width"]) > NARROW:
                    self.faults.append("wider than the screen: " + given["width"])
                self.check_style(dict(
                    (part.strip() for part in piece.split(":", 1))
                    for piece in given.get("style", "").split(";") if ":" in piece))

            def check_style(self, style):
                self.wraps |= style.get("overflow-wrap") == "anywhere"
                for name, value in style.items():
                    if "url(" in value:
                        self.faults.append("a picture in " + name)
                    widths = [float(w) for w in re.findall(r"([\d.]+)px", value)]
                    if name in ("width", "min-width") and any(w > NARROW for w in widths):
                        self.faults.append("wider than the screen: " + value)
                    if name in ("font", "font-size") and any(w < 14 for w in widths[:1]):
                        self.faults.append("too small to read: " + value)
                    if name in ("position", "float") or value == "nowrap":
                        self.faults.append("does not flow: " + name)
                    if name.startswith("border") and (line := hex_color(value)):
                        if min(contrast(line, "#ffffff"), contrast(line, "#121212")) < 3:
                            self.faults.append("a line that light or dark hides: " + line)
                self.check_colors(style.get("color"), style.get("background-color", style.get("background")))

            def check_colors(self, color, background):
                if color in (None, "inherit", "currentcolor") and background is None:
                    return
                if not (hex_color(color or "") and hex_color(background or "")):
                    self.faults.append("a color on a background that is not ours")
                elif contrast(hex_color(color), hex_color(background)) < 4.5:
                    self.faults.append("too little contrast")

        pages = sys.stdin.buffer.read().decode().split("\0")
        print(json.dumps([Page(page).faults for page in pages]))
        """#
}
