/// The object ids of PostgreSQL's built-in types, fixed since they were made (`pg_type.dat`).
enum PostgresType {
    static let bool: UInt32 = 16
    static let bytea: UInt32 = 17
    static let name: UInt32 = 19
    static let int8: UInt32 = 20
    static let int2: UInt32 = 21
    static let int4: UInt32 = 23
    static let text: UInt32 = 25
    static let float4: UInt32 = 700
    static let float8: UInt32 = 701
    static let timestamptz: UInt32 = 1184
    static let uuid: UInt32 = 2950
    static let jsonb: UInt32 = 3802

    static let boolArray: UInt32 = 1000
    static let byteaArray: UInt32 = 1001
    static let int2Array: UInt32 = 1005
    static let int4Array: UInt32 = 1007
    static let textArray: UInt32 = 1009
    static let int8Array: UInt32 = 1016
    static let float8Array: UInt32 = 1022
    static let timestamptzArray: UInt32 = 1185
    static let uuidArray: UInt32 = 2951

    /// Whether a type's binary form is its text.
    ///
    /// Enums, and types of extensions such as `citext`, have ids of their own, from `FirstNormalObjectId` on.
    static func isText(_ type: UInt32) -> Bool {
        type >= 16_384 || texts.contains(type)
    }

    /// PostgreSQL's own texts: `"char"`, `name`, `text`, `json`, `xml`, `unknown`, `char(n)`, `varchar(n)`, `cstring`.
    ///
    /// A value of a domain arrives as what the domain is made of.
    private static let texts: Set<UInt32> = [18, name, text, 114, 142, 705, 1042, 1043, 2275]
}
