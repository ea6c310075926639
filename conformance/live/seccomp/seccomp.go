// Package seccomp stands where the binding of libseccomp would, which needs a library in C. Only
// sandboxes of runtimes use it; here none is ever made.
package seccomp

import (
	"errors"
	"os"
)

var errNotHere = errors.New("libseccomp is not here")

type (
	ScmpAction    uint
	ScmpSyscall   int32
	ScmpCompareOp uint
	ScmpFilter    struct{}
)

type ScmpCondition struct {
	Argument           uint
	Op                 ScmpCompareOp
	Operand1, Operand2 uint64
}

const (
	ActErrno           ScmpAction    = 1
	ActAllow           ScmpAction    = 2
	CompareMaskedEqual ScmpCompareOp = 7
)

func (a ScmpAction) SetReturnCode(int16) ScmpAction { return a }

func NewFilter(ScmpAction) (*ScmpFilter, error) { return nil, errNotHere }

func GetSyscallFromName(string) (ScmpSyscall, error) { return 0, errNotHere }

func (*ScmpFilter) AddRule(ScmpSyscall, ScmpAction) error { return errNotHere }

func (*ScmpFilter) AddRuleConditional(ScmpSyscall, ScmpAction, []ScmpCondition) error {
	return errNotHere
}

func (*ScmpFilter) ExportBPF(*os.File) error { return errNotHere }

func (*ScmpFilter) Release() {}
