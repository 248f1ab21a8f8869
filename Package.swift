// swift-tools-version: 6.2
import PackageDescription

/// The language rules that every module of ours is compiled with.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// libphonenumber and all it stands on go into the binary: loaded as shared libraries they would take a third of the time
/// that a command needs to start.
let phoneNumberArchives = [
    "phonenumber", "protobuf-lite", "icui18n", "icuuc", "icudata", "absl_hash", "absl_city", "absl_low_level_hash",
    "absl_raw_hash_set", "absl_strings", "absl_strings_internal", "absl_throw_delegate", "absl_raw_logging_internal",
    "absl_int128", "absl_base", "absl_spinlock_wait",
]

let package = Package(
    name: "intro",
    products: [
        .executable(name: "intro", targets: ["intro"]),
        .library(name: "Postgres", targets: ["Postgres"]),
        .library(name: "Jobs", targets: ["Jobs"]),
        .library(name: "Telemetry", targets: ["Telemetry"]),
        .library(name: "Booking", targets: ["Booking"]),
        .library(name: "Messaging", targets: ["Messaging"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", exact: "1.4.0", traits: []),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", exact: "2.13.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", exact: "2.1.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2", traits: []),
    ],
    targets: [
        .systemLibrary(name: "CLibpq", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CLibcrypto", pkgConfig: "libssl", providers: [.apt(["libssl-dev"])]),
        .target(name: "CLibcurl"),
        .target(
            name: "CPhoneNumber",
            linkerSettings: phoneNumberArchives.map { .linkedLibrary(":lib\($0).a") }
        ),
        .target(
            name: "CDomainName",
            linkerSettings: ["icuuc", "icudata"].map { .linkedLibrary(":lib\($0).a") }
        ),

        .target(name: "Locking", swiftSettings: settings),
        .target(
            name: "Postgres",
            dependencies: ["CLibcrypto", "CLibpq", "Locking", .product(name: "Logging", package: "swift-log")],
            swiftSettings: settings
        ),
        .target(
            name: "Jobs",
            dependencies: [
                "Locking", "Postgres", "Telemetry",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "Telemetry",
            dependencies: [
                "Locking",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings
        ),
        .target(name: "Booking", dependencies: ["CDomainName", "CPhoneNumber"], swiftSettings: settings),
        .target(
            name: "Messaging",
            dependencies: ["CLibcrypto", "CLibcurl", .product(name: "Mustache", package: "swift-mustache")],
            swiftSettings: settings
        ),
        .target(
            name: "Schema",
            dependencies: [
                "Locking", "Postgres",
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Schema",
            exclude: ["README.md"],
            resources: [.embedInCode("Migrations"), .embedInCode("Functions"), .embedInCode("Catalogue.txt")],
            swiftSettings: settings
        ),
        .target(
            name: "BookingStore",
            dependencies: [
                "Booking", "CLibcrypto", "Jobs", "Locking", "Postgres", .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "Reminders",
            dependencies: [
                "Booking", "BookingStore", "Jobs", "Locking", "Messaging", "Postgres", "Telemetry",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
            ],
            resources: [.embedInCode("Templates")],
            swiftSettings: settings
        ),
        .target(
            name: "LocalPostgres",
            dependencies: [
                "CLibcrypto", "Locking", "Postgres",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            swiftSettings: settings
        ),
        .plugin(name: "EmbedCommit", capability: .buildTool(), path: "Sources/EmbedCommit"),
        .executableTarget(
            name: "intro",
            dependencies: [
                "Booking", "BookingStore", "Jobs", "LocalPostgres", "Locking", "Messaging", "Postgres", "Reminders",
                "Schema",
                "Telemetry",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings,
            plugins: ["EmbedCommit"]
        ),

        .executableTarget(
            name: "bench",
            dependencies: [
                "Booking", "BookingStore", "Jobs", "Locking", "Postgres", "Reminders", "Schema",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            swiftSettings: settings
        ),

        .target(name: "SeededRandom", path: "Tests/SeededRandom", swiftSettings: settings),
        .target(name: "LoopbackTesting", path: "Tests/LoopbackTesting", swiftSettings: settings),
        .target(
            name: "PostgresTesting",
            dependencies: ["Locking", "Postgres", .product(name: "Logging", package: "swift-log")],
            path: "Tests/PostgresTesting",
            swiftSettings: settings
        ),
        .target(
            name: "MessagingTesting",
            dependencies: ["LoopbackTesting", "Messaging"],
            path: "Tests/MessagingTesting",
            exclude: ["scripted_http_server.py", "scripted_smtp_server.py"],
            swiftSettings: settings
        ),
        .target(
            name: "BookingStoreTesting",
            dependencies: ["Booking", "BookingStore", "Postgres", "PostgresTesting", "Schema"],
            path: "Tests/BookingStoreTesting",
            swiftSettings: settings
        ),
        .target(
            name: "JobsTesting",
            dependencies: [
                "Jobs", "Locking", "Postgres", "PostgresTesting", "Schema",
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Tests/JobsTesting",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "testrunner",
            dependencies: [
                "Jobs", "JobsTesting", "Postgres", "PostgresTesting",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            path: "Tests/TestRunner",
            swiftSettings: settings
        ),
        .testTarget(
            name: "PostgresTests",
            dependencies: [
                "Locking", "LoopbackTesting", "Postgres", "PostgresTesting",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "JobsTests",
            dependencies: [
                "Jobs", "JobsTesting", "Locking", "Postgres", "PostgresTesting", "SeededRandom", "testrunner",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "TelemetryTests",
            dependencies: [
                "Locking", "PostgresTesting", "Telemetry",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
            ],
            swiftSettings: settings
        ),
        .testTarget(name: "BookingTests", dependencies: ["Booking", "SeededRandom"], swiftSettings: settings),
        .testTarget(
            name: "MessagingTests",
            dependencies: [
                "CLibcurl", "LoopbackTesting", "Messaging", "MessagingTesting", "SeededRandom",
                .product(name: "Mustache", package: "swift-mustache"),
            ],
            swiftSettings: settings
        ),
        .testTarget(name: "SchemaTests", dependencies: ["Schema"], swiftSettings: settings),
        .testTarget(
            name: "BookingStoreTests",
            dependencies: [
                "Booking", "BookingStore", "BookingStoreTesting", "Locking", "Postgres", "PostgresTesting", "Reminders",
                "Schema", "SeededRandom",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "RemindersTests",
            dependencies: [
                "Booking", "BookingStore", "BookingStoreTesting", "Locking", "LoopbackTesting", "Messaging",
                "MessagingTesting", "Postgres", "PostgresTesting", "Reminders", "Schema", "SeededRandom",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings
        ),
        .testTarget(name: "LocalPostgresTests", dependencies: ["LocalPostgres"], swiftSettings: settings),
        .testTarget(
            name: "introTests",
            dependencies: [
                "intro", "LocalPostgres", "MessagingTesting", "Reminders", "Schema",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "benchTests",
            dependencies: ["bench", .product(name: "Subprocess", package: "swift-subprocess")],
            swiftSettings: settings
        ),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "intro", "BookingStoreTesting", "Locking", "LoopbackTesting", "MessagingTesting", "Postgres",
                "PostgresTesting", "Schema", .product(name: "Logging", package: "swift-log"),
                .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            swiftSettings: settings
        ),
    ]
)
