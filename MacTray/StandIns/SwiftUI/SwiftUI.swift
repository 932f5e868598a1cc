// Stand-ins for type checks on Linux. See README.md in MacTray/StandIns.
@_exported import AppKit
@_exported import Observation

@MainActor @preconcurrency public protocol View {
    associatedtype Body: View
    @ViewBuilder @MainActor @preconcurrency var body: Body { get }
}
extension Never: View { public var body: Never { fatalError() } }
public protocol Leaf: View where Body == Never {}
extension Leaf { public var body: Never { fatalError() } }
public struct Views<each V: View>: Leaf { nonisolated init() {} }
public struct Either<A: View, B: View>: Leaf { nonisolated init() {} }
extension Optional: View where Wrapped: View { public var body: Never { fatalError() } }

@resultBuilder public struct ViewBuilder {
    public static func buildExpression<V: View>(_ view: V) -> V { view }
    public static func buildBlock<V: View>(_ view: V) -> V { view }
    public static func buildBlock<each V: View>(_ views: repeat each V) -> Views<repeat each V> { .init() }
    public static func buildIf<V: View>(_ view: V?) -> V? { view }
    public static func buildEither<A: View, B: View>(first: A) -> Either<A, B> { .init() }
    public static func buildEither<A: View, B: View>(second: B) -> Either<A, B> { .init() }
}

@MainActor @preconcurrency public protocol Scene {
    associatedtype Body: Scene
    @SceneBuilder @MainActor @preconcurrency var body: Body { get }
}
extension Never: Scene {}
public protocol LeafScene: Scene where Body == Never {}
extension LeafScene { public var body: Never { fatalError() } }
@resultBuilder public struct SceneBuilder {
    public static func buildExpression<S: Scene>(_ scene: S) -> S { scene }
    public static func buildBlock<S: Scene>(_ scene: S) -> S { scene }
}
@MainActor @preconcurrency public protocol App {
    associatedtype Body: Scene
    @SceneBuilder @MainActor @preconcurrency var body: Body { get }
    @MainActor @preconcurrency init()
}
extension App { @MainActor @preconcurrency public static func main() { fatalError("not on Linux") } }

public struct MenuBarExtra<Label: View, Content: View>: LeafScene {
    nonisolated public init(@ViewBuilder content: () -> Content, @ViewBuilder label: () -> Label) {}
}
public struct PullDownMenuBarExtraStyle: Sendable {}
extension Scene {
    nonisolated public func menuBarExtraStyle(_ style: MenuStyle) -> some Scene { self }
}
public enum MenuStyle: Sendable { case menu }

public struct LocalizedStringKey: ExpressibleByStringInterpolation, Sendable {
    public init(stringLiteral value: String) {}
}
public struct Text: Leaf {
    nonisolated public init(_ key: LocalizedStringKey) {}
    @_disfavoredOverload nonisolated public init<S: StringProtocol>(_ content: S) {}
}
public struct Image: Leaf { nonisolated public init(systemName: String) {} }
public struct Divider: Leaf { nonisolated public init() {} }
public struct Button<Label: View>: Leaf {}
extension Button where Label == Text {
    @_disfavoredOverload nonisolated public init<S: StringProtocol>(_ title: S, action: @escaping @MainActor () -> Void)
    {}
}
public struct Toggle<Label: View>: Leaf {}
extension Toggle where Label == Text {
    @_disfavoredOverload nonisolated public init<S: StringProtocol>(_ title: S, isOn: Binding<Bool>) {}
}
public struct Menu<Label: View, Content: View>: Leaf {}
extension Menu where Label == Text {
    nonisolated public init<S: StringProtocol>(_ title: S, @ViewBuilder content: () -> Content) {}
}
public struct ForEach<Data: RandomAccessCollection, ID: Hashable, Content: View>: Leaf {
    nonisolated public init(
        _ data: Data, id: KeyPath<Data.Element, ID>, @ViewBuilder content: @escaping (Data.Element) -> Content
    ) {}
}
public struct KeyEquivalent: Sendable {
    public init(_ character: Character) {}
}
extension View {
    nonisolated public func keyboardShortcut(_ key: KeyEquivalent) -> some View { self }
    nonisolated public func disabled(_ disabled: Bool) -> some View { self }
    @_disfavoredOverload nonisolated public func accessibilityLabel<S: StringProtocol>(_ label: S) -> some View { self }
}

@propertyWrapper public struct Binding<Value> {
    @preconcurrency public init(
        get: @escaping @isolated(any) @Sendable () -> Value, set: @escaping @isolated(any) @Sendable (Value) -> Void
    ) {}
    public var wrappedValue: Value {
        get { fatalError() }
        nonmutating set {}
    }
}
@propertyWrapper public struct State<Value> {
    public init(wrappedValue: Value) {}
    public var wrappedValue: Value {
        get { fatalError() }
        nonmutating set {}
    }
}
@MainActor @preconcurrency @propertyWrapper
public struct NSApplicationDelegateAdaptor<D: NSObject & NSApplicationDelegate> {
    public init(_ delegateType: D.Type = D.self) {}
    public var wrappedValue: D { fatalError() }
}
