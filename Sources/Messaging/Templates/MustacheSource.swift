import Mustache

extension MustacheTemplate {
    /// Reads a template into which values are put that are escaped already, so that it must not escape them again.
    init(source: String) throws(TemplateFault) {
        guard TemplateOutline.canRead(source) else { throw TemplateFault(line: 1, reason: "U+FFFF is no character") }
        do {
            try self.init(string: "{{% CONTENT_TYPE:TEXT}}\n" + source)
        } catch let error as MustacheTemplate.ParserError {
            let reason = (error.error as? MustacheTemplate.Error)?.reason ?? "it ends within a tag"
            throw TemplateFault(line: max(1, error.context.lineNumber - 1), reason: reason)
        } catch {
            throw TemplateFault(line: 1, reason: "\(error)")
        }
    }
}

extension MustacheTemplate.Error {
    /// What is wrong, for whoever wrote the template.
    fileprivate var reason: String {
        switch self {
        case .sectionCloseNameIncorrect: "a section ends under another name than it began"
        case .unfinishedName: "a name holds letters, digits, and no spaces"
        case .expectedSectionEnd: "a section has no end"
        case .invalidSetDelimiter: "{{=…=}} takes two delimiters with a space between them"
        case .transformAppliedToInheritanceSection: "a {{$block}} cannot be transformed"
        case .illegalTokenInsideInheritSection, .textInsideInheritSection: "{{<…}} may hold nothing but {{$blocks}}"
        case .invalidConfigVariableSyntax, .unrecognisedConfigVariable: "{{%…}} sets nothing that is known"
        }
    }
}
