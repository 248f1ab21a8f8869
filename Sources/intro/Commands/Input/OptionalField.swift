/// Changes a field that may be empty as an option says: left out, the field stays; `none`, it is cleared.
///
/// - Parameters:
///   - field: The field.
///   - option: The option's value, where it was given.
///   - read: Makes the field's value of it.
/// - Throws: What `read` throws.
func change<Value>(_ field: inout Value?, to option: String?, _ read: (String) throws -> Value) rethrows {
    guard let option else { return }
    let word = option.split(separator: " ").joined(separator: " ").lowercased()
    field = word == "none" ? nil : try read(option)
}
