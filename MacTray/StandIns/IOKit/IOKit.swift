// Stand-ins for type checks on Linux. See README.md in MacTray/StandIns.
@_exported import AppKit

public typealias io_iterator_t = UInt32
public typealias io_object_t = UInt32
public typealias CFTypeRef = AnyObject
public typealias CFString = NSString
public typealias CFMutableDictionary = NSMutableDictionary
public final class CFRunLoopSource: @unchecked Sendable {}
public final class CFRunLoop: @unchecked Sendable {}
public typealias CFArray = NSArray
public struct CFRunLoopMode: Sendable { public static let defaultMode = Self() }
public struct CFAllocator: Sendable {}
public let kCFAllocatorDefault: CFAllocator? = nil
public let kIOMainPortDefault: UInt32 = 0

public func IOServiceMatching(_ name: String) -> CFMutableDictionary? { nil }
public func IOServiceGetMatchingServices(_ port: UInt32, _ matching: CFMutableDictionary?, _ found: inout io_iterator_t)
    -> Int32
{ 1 }
public func IOIteratorNext(_ iterator: io_iterator_t) -> io_object_t { 0 }
@discardableResult public func IOObjectRelease(_ object: io_object_t) -> Int32 { 0 }
public func IORegistryEntryCreateCFProperty(_ entry: io_object_t, _ key: CFString, _ allocator: CFAllocator?, _ options: UInt32)
    -> Unmanaged<CFTypeRef>?
{ nil }
public func IOPSCopyPowerSourcesInfo() -> Unmanaged<CFTypeRef>! { nil }
public func IOPSCopyPowerSourcesList(_ info: CFTypeRef) -> Unmanaged<CFArray>! { nil }
public func IOPSGetProvidingPowerSourceType(_ info: CFTypeRef) -> Unmanaged<CFString>? { nil }
public func IOPSGetPowerSourceDescription(_ info: CFTypeRef, _ source: CFTypeRef) -> Unmanaged<NSDictionary>? { nil }
public func IOPSNotificationCreateRunLoopSource(_ callback: @convention(c) (UnsafeMutableRawPointer?) -> Void, _ context: UnsafeMutableRawPointer?)
    -> Unmanaged<CFRunLoopSource>?
{ nil }
public func CFRunLoopGetMain() -> CFRunLoop { CFRunLoop() }
public func CFRunLoopAddSource(_ loop: CFRunLoop, _ source: CFRunLoopSource, _ mode: CFRunLoopMode) {}
public func sysctlbyname(_ name: String, _ old: UnsafeMutableRawPointer?, _ size: inout Int, _ new: UnsafeMutableRawPointer?, _ length: Int)
    -> Int32
{ -1 }
