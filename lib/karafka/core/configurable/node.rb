# frozen_string_literal: true

module Karafka
  module Core
    module Configurable
      # A group of settings and further groups, each with a reader; settings with a writer too.
      class Node
        # @return [Symbol]
        attr_reader :node_name

        # @param node_name [Symbol]
        def initialize(node_name)
          @node_name = node_name
          @children = {}
        end

        # Declares a setting. Declared again, the later declaration stands; a block extends a
        # group that exists.
        #
        # @param name [Symbol]
        # @param options [Hash] `default:`, `constructor:`, `lazy:`, see {Leaf}
        # @yield declares the settings of a group, in the group
        # @raise [ArgumentError] the name is one the node itself answers to
        def setting(name, **options, &block)
          ensure_usable(name)
          return add(name, Leaf.new(**options)) unless block

          group = @children[name]
          group = add(name, Node.new(name)) unless group.is_a?(Node)
          group.instance_exec(&block)
          group
        end

        # Adds a setting with a value at run time.
        #
        # @param name [Symbol]
        # @param value [Object]
        # @raise [ArgumentError] reserved name, or one that exists
        def register(name, value)
          raise ArgumentError, "setting `#{name}` of `#{@node_name}` exists already" if @children.key?(name)

          setting(name, default: value)
          nil
        end

        # @yieldparam config [Node] this node
        # @return [Node] this node
        def configure
          yield(self) if block_given?
          self
        end

        # @return [Hash{Symbol => Object}] frozen; all values, groups as Hashes
        def to_h
          @children.transform_values { |child| child.is_a?(Node) ? child.to_h : child.value }.freeze
        end

        # As {#to_h}, without settings whose constructor has not run: reading this builds nothing.
        #
        # @return [Hash{Symbol => Object}] frozen
        def settled_h
          @children.each_with_object({}) do |(name, child), settled|
            if child.is_a?(Node)
              settled[name] = child.settled_h
            elsif child.settled?
              settled[name] = child.value
            end
          end.freeze
        end

        # @return [Node] independent of this one, not frozen; values are shared
        def deep_dup
          copied = Node.new(@node_name)
          @children.each do |name, child|
            copied.adopt(name, child.is_a?(Node) ? child.deep_dup : child.copy)
          end
          copied
        end

        # Freezes this group and those below. What constructors have yet to build still is built.
        def freeze
          @children.each_value { |child| child.freeze if child.is_a?(Node) }
          @children.freeze
          super
        end

        # @return [String] names only: values may be secrets, or endless
        def inspect
          "#<#{self.class} #{@node_name}: #{@children.keys.join(", ")}>"
        end

        protected

        def adopt(name, child)
          @children[name] = child
          define_singleton_method(name) { child.is_a?(Leaf) ? child.value : child }
          define_writer(name, child) if child.is_a?(Leaf)
          child
        end
        alias add adopt

        private

        def define_writer(name, leaf)
          define_singleton_method(:"#{name}=") do |value|
            raise FrozenError.new("can't modify frozen setting `#{name}`", receiver: self) if frozen?

            leaf.value = value
          end
        end

        def ensure_usable(name)
          return if name.is_a?(Symbol) && name.match?(/\A[a-z_]\w*\z/i) && !RESERVED.include?(name)

          raise ArgumentError, "`#{name}` cannot be the name of a setting of `#{@node_name}`"
        end

        # What a node must go on answering itself; other methods of Object may be shadowed.
        RESERVED = [
          *instance_methods(false), *private_instance_methods(false), *protected_instance_methods(false),
          :__send__, :__id__, :object_id, :class, :frozen?, :hash, :eql?, :equal?, :is_a?, :kind_of?,
          :respond_to?, :nil?, :public_send, :dup, :clone, :extend, :singleton_class, :raise,
          :define_singleton_method, :instance_exec, :instance_eval, :instance_variable_get,
          :instance_variable_set, :initialize, :method_missing
        ].freeze
        private_constant :RESERVED
      end
    end
  end
end
