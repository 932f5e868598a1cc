// swift-tools-version: 6.0
import PackageDescription

// The menu bar of Impetus. See docs/mac.md.
var targets: [Target] = [
    // Everything that needs no framework of Apple's but Foundation: built and tested on macOS and on Linux.
    .target(name: "TrayKit", path: "MacTray/TrayKit"),
    // The same without a menu bar: for Linux, for ssh and for the tests.
    .executableTarget(name: "impetus-tray", dependencies: ["TrayKit"], path: "MacTray/Headless"),
    // The app. On Linux it is compiled against stand-ins of Apple's frameworks: a check of its types, never a product.
    .executableTarget(
        name: "Impetus", dependencies: ["TrayKit", "MacHost", "Dashboard"], path: "MacTray/App", exclude: ["Bundle"],
        // Swift 6.0 on Linux: libswiftObservation.so refers to a symbol that no library there has.
        linkerSettings: [.unsafeFlags(["-Xlinker", "--allow-shlib-undefined"], .when(platforms: [.linux]))]),
    // The dashboard in a window. On Linux against the stand-ins too.
    .target(name: "Dashboard", dependencies: ["TrayKit"], path: "MacTray/Dashboard"),
    // What macOS tells of the machine. On Linux against the stand-ins too.
    .target(name: "MacHost", dependencies: ["TrayKit"], path: "MacTray/Host"),
    .target(name: "TestSupport", path: "MacTray/Tests/Support"),
    .testTarget(name: "TrayKitTests", dependencies: ["TrayKit", "TestSupport"], path: "MacTray/Tests/TrayKitTests"),
    // With a real core, started by impetus-tray. Needs Node and "npm run build" before.
    .testTarget(name: "CoreTests", dependencies: ["TrayKit", "TestSupport", "impetus-tray"], path: "MacTray/Tests/CoreTests"),
]

#if os(Linux)
    let standIns = ["SwiftUI", "WebKit", "ServiceManagement", "UserNotifications", "IOKit", "Metal"]
    targets.append(.target(name: "AppKit", path: "MacTray/StandIns/AppKit"))
    for name in standIns {
        targets.append(.target(name: name, dependencies: ["AppKit"], path: "MacTray/StandIns/\(name)"))
    }
    for target in targets where ["Impetus", "Dashboard", "MacHost"].contains(target.name) {
        target.dependencies += (standIns + ["AppKit"]).map { .byName(name: $0) }
    }
#endif

let package = Package(
    name: "Impetus",
    platforms: [.macOS(.v14)],
    targets: targets,
    swiftLanguageModes: [.v6]
)
