# frozen_string_literal: true

module Karafka
  module Core
    # Settings of a class (`extend`) or of each instance (`include`).
    #
    #   class Reporter
    #     include Karafka::Core::Configurable
    #     setting :namespace, default: "app"
    #     setting(:http) { setting :port, default: 3000 }
    #   end
    #
    #   Reporter.new.configure { |config| config.http.port = 4000 }
    #
    # Subclasses and instances start from a copy of what the class has by then.
    module Configurable
      autoload :Leaf, "karafka/core/configurable/leaf"
      autoload :Node, "karafka/core/configurable/node"

      # Class side of both uses.
      module Declaring
        # Declares a setting, or a group of settings when a block is given.
        #
        # @see Node#setting
        def setting(...)
          config.setting(...)
        end

        # @return [Node] the class's own settings
        def config
          @config ||= Node.new(:root)
        end

        # @yieldparam config [Node]
        def configure(&block)
          config.configure(&block)
        end

        def inherited(child)
          super
          child.instance_variable_set(:@config, config.deep_dup)
        end
      end

      # Instance side of `include`.
      module Configured
        # @return [Node] the instance's own settings
        def config
          @config ||= self.class.config.deep_dup
        end

        # @yieldparam config [Node]
        def configure(&block)
          config.configure(&block)
        end
      end

      class << self
        def extended(base)
          base.extend(Declaring)
        end

        def included(base)
          base.extend(Declaring)
          base.include(Configured)
        end
      end
    end
  end
end
